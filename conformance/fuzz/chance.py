"""One source of randomness: everything that is made up follows from its seed alone."""

import random


class Chance(random.Random):
    def maybe(self, probability):
        return self.random() < probability

    def one(self, *of):
        return of[int(self.random() * len(of))]

    def some(self, of, least=0, most=None):
        """Some of a list, each at most once, in an order of its own."""
        most = len(of) if most is None else min(most, len(of))
        return self.sample(list(of), self.randint(min(least, most), most))

    def weighted(self, weights):
        """A key of `weights`, as often as its number says."""
        return self.choices(list(weights), list(weights.values()))[0]

    def options(self, **likely):
        """Some of the options: each is left out, or made by its function, as its probability says."""
        return {name: make() for name, (probability, make) in likely.items() if self.maybe(probability)}
