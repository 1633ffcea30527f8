"""The functions that templates may call, by what they take and give.

A line is `name… arguments -> type`. Types: `s` a text, `i` a small number, `n` a number, `f` a fraction, `b` true
or false, `l` a list, `L` a list of texts, `m` an object, `M` an object of the template's own, `a` anything, `t` a time.
Arguments that must be well formed have types of their own: `re` a regular expression, `jsn` a text of JSON, `key` a key,
`lay` a date's layout, `dur` a duration, `url`, `ver`, `con` a constraint on versions, `b64`, `b32`, `kind`, `type`.
"""

LINES = """
trim upper lower title untitle nospace initials swapcase snakecase camelcase kebabcase s -> s
trunc i s -> s
abbrev i s -> s
abbrevboth i i s -> s
substr i i s -> s
repeat i s -> s
trimAll trimall trimSuffix trimPrefix s s -> s
wrap i s -> s
wrapWith i s s -> s
contains hasPrefix hasSuffix s s -> b
quote squote a -> s
quote cat a a -> s
cat a a a -> s
indent nindent i s -> s
replace s s s -> s
plural s s i -> s
sha1sum sha256sum sha512sum adler32sum s -> s
toString a -> s
atoi s -> n
int64 int float64 a -> n
toDecimal a -> n
seq i i -> s
seq i i i -> s
splitList s s -> L
toStrings l -> L
until i -> l
untilStep i i i -> l
add1 add1f n -> n
add sub mul max min biggest n n -> n
add mul n n n -> n
div mod n i -> n
addf subf mulf maxf minf n n -> f
divf n f -> f
ceil floor a -> f
round n i -> f
join s l -> s
sortAlpha l -> L
default a a -> a
empty a -> b
coalesce a a a -> a
all any a a -> b
compact mustCompact l -> l
fromJson mustFromJson jsn -> a
toJson mustToJson toPrettyJson mustToPrettyJson toRawJson mustToRawJson a -> s
ternary a a b -> a
deepCopy mustDeepCopy m -> m
typeOf kindOf a -> s
typeIs typeIsLike type a -> b
kindIs kind a -> b
deepEqual a a -> b
base dir clean ext osBase osClean osDir osExt s -> s
isAbs osIsAbs s -> b
b64enc b32enc s -> s
b64dec b64 -> s
b32dec b32 -> s
list tuple a a -> l
dict key a -> m
dict key a key a -> m
get m key -> a
set M key a -> m
unset M key -> m
hasKey m key -> b
pluck key m m -> l
pick omit m key -> m
merge mergeOverwrite mustMerge mustMergeOverwrite M m -> m
append push mustAppend mustPush prepend mustPrepend l a -> l
first mustFirst last mustLast l -> a
rest mustRest initial mustInitial reverse mustReverse uniq mustUniq l -> l
without mustWithout l a -> l
has mustHas a l -> b
slice mustSlice l i -> l
slice mustSlice l i i -> l
concat l l -> l
dig key a m -> a
dig key key a m -> a
chunk mustChunk i l -> l
semver ver -> a
semverCompare con ver -> b
regexMatch mustRegexMatch re s -> b
regexFindAll mustRegexFindAll re s i -> L
regexFind mustRegexFind re s -> s
regexReplaceAll mustRegexReplaceAll re s s -> s
regexReplaceAllLiteral mustRegexReplaceAllLiteral re s s -> s
regexSplit mustRegexSplit re s i -> L
regexQuoteMeta s -> s
urlParse url -> m
hello -> s
eq ne a a -> b
eq s s s -> b
lt le gt ge n n -> b
lt le gt ge s s -> b
not a -> b
and or a a -> a
len s -> n
len l -> n
len m -> n
index m key -> a
index l i -> a
print a -> s
printIndex l i -> s
println a a -> s
html js urlquery a -> s
toDate mustToDate lay day -> t
date lay t -> s
dateInZone date_in_zone lay t zone -> s
htmlDate t -> s
htmlDateInZone t zone -> s
dateModify date_modify mustDateModify must_date_modify dur t -> t
unixEpoch t -> s
duration i -> s
durationRound dur -> s
"""

# Functions with another result each time are used in a way whose result stays the same.
WRAPPED = {
    "randAlpha": "(len (randAlpha 5))",
    "randAlphaNum": "(len (randAlphaNum 3))",
    "randNumeric": "(len (randNumeric 4))",
    "randAscii": "(len (randAscii 6))",
    "randBytes": "(len (randBytes 4))",
    "randInt": "(randInt 3 4)",
    "uuidv4": "(len uuidv4)",
    "shuffle": '(len (shuffle "abc"))',
    "now": "(typeOf now)",
    "ago": "(typeOf (ago now))",
    "keys": '(keys (dict "b" 1 "a" 2) | sortAlpha)',
    "values": '(values (dict "a" .Subject))',
    "split": '(split "," .Extra.csv)._1',
    "splitn": '(splitn "," 2 "a,b,c")._1',
    "urlJoin": '(urlJoin (dict "scheme" "https" "host" "h:1" "path" "p q" "query" "a=1" "fragment" "f"))',
    "printf": '(printf "%v|%5d|%q|%.2f" .Subject 7 "a" 1.5)',
    "fail": '(ternary (fail "no") "y" true)',
    "call": "(call .Subject)",
}


def parsed():
    """(name, argument types, result) for every function."""
    for line in LINES.strip().splitlines():
        left, result = line.split(" -> ")
        words = left.split()
        kinds = {*"sinfblLmMat", "re", "jsn", "key", "lay", "dur", "url", "ver", "con", "b64", "b32", "kind", "type"}
        kinds |= {"day", "zone"}
        at = next((at for at, word in enumerate(words) if word in kinds), len(words))
        for name in words[:at]:
            yield name, tuple(words[at:]), result


BY_RESULT = {}
for _name, _arguments, _result in parsed():
    BY_RESULT.setdefault(_result, []).append((_name, _arguments))
NAMES = sorted({name for name, _, _ in parsed()} | set(WRAPPED))
