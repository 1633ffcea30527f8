import { distance } from "fastest-levenshtein";

/**
 * The known word that was most likely meant; `undefined` where none is near.
 *
 * Near is an edit distance (Levenshtein) of at most a third of the known word's length, and at least one edit. Case is ignored.
 */
export function nearMiss(written: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((word) => ({ word, edits: distance(written.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, edits }) => edits <= Math.max(1, Math.ceil(word.length / 3)))
    .sort((a, b) => a.edits - b.edits);
  return ranked[0]?.word;
}
