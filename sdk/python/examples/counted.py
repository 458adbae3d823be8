"""A heap that counts references and collects cycles, as the contract has it.

An object dies when its counts fall to 0. It joins a queue then, so that nothing recurses, and the queue is worked off before
the outermost call returns. What only cycles hold is found by `collect`, which marks from the roots.

`counted.py --bug`: a removed field stays counted as a reference of the table.

    heapproof check --subject 'exec:python3 counted.py'
"""

import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))

import heapproof
from heapproof import Refused

CAPACITY = 1_000_000


class Cell:
    def __init__(self, function):
        self.external, self.internal, self.weak = 1, 0, 0
        self.function = function  # of a closure
        self.slots = {}  # fields by name, or a list of values
        self.target = None  # of a weak object, until it dies
        self.is_weak = False
        self.queued = False  # waits for its turn, or has it
        self.calls = False  # a weak object with a callback
        self.coded = False  # has code
        self.begun = False  # which has begun
        self.dead = False

    def values(self):
        return list(self.slots.values()) if isinstance(self.slots, dict) else self.slots

    def references(self):
        return [value for value in self.values() if isinstance(value, Cell)]

    def lost(self):
        return self.external + self.internal == 0


class Counted:
    def __init__(self, bug):
        self.bug = bug

    def begin(self):
        self.all = {}  # what lives, in the order of birth
        self.queue = []
        self.due = []  # weak objects whose callbacks are to run
        self.busy = False  # a call is under way that will work off the queue
        self.in_set = False  # code of a set's member runs

    # Deaths.

    def enqueue_if_lost(self, cell):
        if cell.lost() and not cell.queued and not cell.dead:
            cell.queued = True
            self.queue.append(cell)

    def release(self, value):
        if isinstance(value, Cell):
            value.internal -= 1
            self.enqueue_if_lost(value)

    def die(self, cell):
        """From here on nobody sees the object as living."""
        cell.dead = True
        del self.all[cell]
        heapproof.died(cell)
        if cell.weak:
            for other in self.all:
                if other.target is cell:
                    other.target = None
                    if other.calls:
                        self.due.append(other)
        if cell.target is not None:
            cell.target.weak -= 1
            cell.target = None

    def give_up_contents(self, cell):
        for value in cell.values():
            self.release(value)
        cell.slots = {}

    def turn(self, cell):
        """The first of the queue has its turn, and stays queued during it. Its code may save it."""
        if cell.lost() and cell.coded and not cell.begun:
            cell.begun = True
            heapproof.run_code(cell)
        cell.queued = False
        if cell.lost():
            self.die(cell)
            self.give_up_contents(cell)

    def settle(self):
        """The end of each call. What code drops waits until the code has returned. A callback runs when nothing waits."""
        if self.busy:
            return
        self.busy = True
        while self.queue or self.due:
            if self.queue:
                cell = self.queue[0]
                self.turn(cell)
                # A collection in the code may have taken others out, but never the one whose turn it is.
                self.queue.remove(cell)
            else:
                weak = self.due.pop()
                if not weak.dead:
                    heapproof.call_back(weak)
        self.busy = False

    # Collection.

    def reached(self, cells):
        """What these objects reach, themselves too."""
        reached, todo = set(), list(cells)
        while todo:
            cell = todo.pop()
            if cell not in reached:
                reached.add(cell)
                todo += cell.references()
        return reached

    def one_pass(self):
        """The whole garbage is one set. Says whether there was any."""
        reached = self.reached(cell for cell in self.all if cell.external or cell.queued)
        members = [cell for cell in self.all if cell not in reached]
        if not members:
            return False
        # The code of all members, also what other code adds meanwhile. Nobody dies, since the queue waits.
        again = True
        while again:
            again = False
            for cell in members:
                if cell.coded and not cell.begun:
                    again = cell.begun = self.in_set = True
                    heapproof.run_code(cell)
                    self.in_set = False
        # Members live on if the mutator holds them, or if anything outside the set or another survivor reaches them.
        inside = set(members)
        saved = self.reached(cell for cell in self.all if cell.external or cell not in inside)
        dead = [cell for cell in members if cell not in saved]
        for cell in dead:
            self.die(cell)
        # Being queued saves no member. The one whose turn it is, at the front, is never among them.
        self.queue = [cell for cell in self.queue if not cell.dead]
        for cell in dead:
            self.give_up_contents(cell)
        return True

    def collect(self):
        if self.in_set:
            raise Refused("reentrant")
        outermost, more = not self.busy, True
        while more:
            self.busy = True
            more = self.one_pass()
            if outermost:
                self.busy = False
                self.settle()

    # Calls.

    def room(self):
        return CAPACITY - len(self.all)

    def make(self, slots, function=None):
        if self.room() == 0:
            raise Refused("capacity")
        cell = Cell(function)
        cell.slots = slots
        self.all[cell] = None
        for value in cell.references():
            value.internal += 1
        return cell

    def table(self):
        return self.make({})

    def array(self, values):
        return self.make(values)

    def closure(self, function, values):
        return self.make(values, function)

    def box(self, value):
        return self.make([value])

    scalar = box

    def weak(self, target):
        cell = self.make({})
        cell.is_weak, cell.target = True, target
        target.weak += 1
        return cell

    def upgrade(self, weak):
        if weak.target is not None:
            weak.target.external += 1
        return weak.target

    def length(self, cell):
        return len(cell.slots)

    def read_field(self, table, field):
        return table.slots.get(field)

    def read_index(self, cell, index):
        return cell.slots[index]

    def write_field(self, table, field, value):
        self.write(table, field, value, table.slots.get(field))

    def write_index(self, cell, index, value):
        self.write(cell, index, value, cell.slots[index])

    def write(self, cell, slot, value, old):
        """The new value is counted and in place before the old one is given up."""
        if isinstance(value, Cell):
            value.internal += 1
        cell.slots[slot] = value
        self.release(old)
        self.settle()

    def push(self, array, value):
        if isinstance(value, Cell):
            value.internal += 1
        array.slots.append(value)

    def pop(self, array):
        return self.given(array.slots.pop())

    def remove(self, table, field):
        if field not in table.slots:
            raise Refused("field")
        value = table.slots.pop(field)
        if self.bug and isinstance(value, Cell):
            value.internal += 1
        return self.given(value)

    def given(self, value):
        """A reference that is taken out belongs to the mutator."""
        if isinstance(value, Cell):
            value.internal -= 1
            value.external += 1
        return value

    def take(self, cell):
        cell.external += 1

    def drop(self, cell):
        if cell.external == 0:
            raise Refused("not-held")
        cell.external -= 1
        self.enqueue_if_lost(cell)
        self.settle()

    def on(self, cell):
        cell.coded = True

    def when(self, weak):
        """False: it is too late."""
        weak.calls = weak.target is not None
        return weak.calls

    def look(self, cell):
        if cell.is_weak:
            return [cell.target]
        return cell.slots if cell.function is None else [cell.function, *cell.slots]

    def close(self):
        """What lives is finalized, and nothing of it dies."""
        self.busy = True
        for cell in list(self.all):
            if cell.coded and not cell.begun:
                cell.begun = True
                heapproof.run_code(cell)

    def counts(self, cell):
        return cell.external, cell.internal, cell.weak


if __name__ == "__main__":
    heap = Counted(bug="--bug" in sys.argv)
    heapproof.run(heap, "counted-py", "1.0", observations="refusals journal", panics=True, dialect="at-end finalized")
