"""The judge's rules written down a second time, slowly and plainly: by trying out, not by reckoning.

Nothing is shared with the judge but the problem: departures are found by driving the round again and again, places to
load again by trying all, loads by keeping every order's goods apart.
"""

from dataclasses import dataclass, field
from itertools import combinations, pairwise

from dispatcher.domain.roads import NO_WAY
from dispatcher.domain.schedule import Rule


@dataclass
class Drive:
    """A round driven once, without any choice left."""

    leaves: int
    returns: int = 0
    arrives: list[int] = field(default_factory=list)
    begins: list[int] = field(default_factory=list)
    free: list[int] = field(default_factory=list)
    """When it could drive on from the start, and from each halt."""
    rest_at: int | None = None


@dataclass
class Plain:
    """What the rules say of a round."""

    drive: Drive
    stops: list[int]
    """Which halts are stops, the others being reloads."""
    rest: tuple[str, int] | None
    legs: list[tuple[int, int]]
    loads: list[tuple[int, ...]]
    peak: tuple[int, ...]
    broken: set[tuple[Rule, float, object]]


class PlainJudge:
    """The rules for one shift."""

    def __init__(self, problem, shift_id):
        self.problem, self.duty = problem, problem.rounds[shift_id]
        self.pause = self.duty.pause

    def judge(self, sequence):
        self.visits = [self.problem.visits[o] for o in sequence]
        self.fetched = self.fetched_where()
        cuts = self.cuts()
        self.halts = [halt for i, v in enumerate(self.visits) for halt in (([None] if i in cuts else []) + [v])]
        self.legs, gaps = self.ways(self.halts)
        drive, rest, overdue = self.clock()
        loads, peak = self.loads(cuts)
        stops = [i for i, halt in enumerate(self.halts) if halt is not None]
        plain = Plain(drive, stops, rest, self.legs, loads, peak, set())
        plain.broken = {*self.broken_stops(plain, gaps), *self.broken_round(plain, gaps, overdue)}
        return plain

    # --- the way ---

    def ways(self, halts):
        table, places, duty = self.problem.travel[self.duty.profile], self.problem.index.places, self.duty
        here, legs, gaps = duty.start, [], set()
        owners = [*range(len(halts)), len(halts)]
        lonely = [h is not None and any(b.rule is Rule.NO_ROAD for b in self.problem.bars(h, duty)) for h in halts]
        for i in owners:
            if i == len(halts):
                there = here if duty.end is None or not halts else duty.end
            elif halts[i] is None:
                there = duty.start
            else:
                there = here if halts[i].at < 0 else halts[i].at
            seconds, metres = int(table.duration_s[here, there]), int(table.distance_m[here, there])
            if i == len(halts) and (duty.end is None or not halts):
                seconds = metres = 0
            if seconds >= NO_WAY:
                crow = 1.3 * places[here].distance_m(places[there])
                seconds, metres = round(crow / 8), round(crow)
                if not any(lonely[k] for k in (i - 1, i) if 0 <= k < len(halts)):
                    gaps.add(sum(1 for halt in halts[:i] if halt is not None))
            legs.append((seconds, metres))
            here = there
        return legs, gaps

    # --- the clock ---

    def service(self, halt):
        return self.problem.reload_s if halt is None else halt.service_s

    def opens(self, halt, now):
        for opens, closes in () if halt is None else halt.windows:
            if now <= closes:
                return max(now, opens)
        return now

    def late(self, halt, begins):
        return 0 if halt is None or not halt.windows else max(0, begins - halt.windows[-1][1])

    def lates(self, drive):
        return [self.late(halt, begins) for halt, begins in zip(self.halts, drive.begins, strict=True)]

    def run(self, leaves, rest=None):
        now, drive = leaves, Drive(leaves, free=[leaves])
        for i, halt in enumerate(self.halts):
            if rest == ("driving", i):
                drive.rest_at = now
                now += self.pause.length_s
            now += self.legs[i][0]
            drive.arrives.append(now)
            if rest == ("waiting", i):
                drive.rest_at = max(now, self.pause.from_s)
                now = drive.rest_at + self.pause.length_s
            now = self.opens(halt, now)
            drive.begins.append(now)
            now += self.service(halt)
            drive.free.append(now)
        if rest == ("driving", len(self.halts)):
            drive.rest_at = now
            now += self.pause.length_s
        drive.returns = now + self.legs[-1][0]
        return drive

    def first_rest(self, drive):
        for i in range(len(self.halts) + 1):
            last = i == len(self.halts)
            if drive.free[i] >= self.pause.from_s and not (last and self.duty.end is None):
                return "driving", i
            if last:
                return None
            while_waiting = max(drive.arrives[i], self.pause.from_s)
            if while_waiting < drive.begins[i]:
                begins = self.opens(self.halts[i], while_waiting + self.pause.length_s)
                if not self.late(self.halts[i], begins):
                    return "waiting", i
        return None

    def overdue(self, drive, rest, needed):
        if not needed:
            return 0
        return max(0, (drive.returns if rest is None else drive.rest_at) - self.pause.until_s)

    def clock(self):
        starts, rest, needed = self.duty.starts_s, None, False
        drive = self.run(starts)
        if not self.halts:
            return drive, None, 0
        if self.pause is not None and drive.returns > self.pause.until_s:
            needed, rest = True, self.first_rest(drive)
            drive = self.run(starts, rest)
        leaves = self.latest(drive, rest, needed)
        longest = self.duty.max_duration_s
        if longest is not None and drive.returns - leaves > longest:
            leaves = self.later(leaves, rest, needed)
        final = self.run(leaves, rest)
        return final, rest, self.overdue(final, rest, needed)

    def latest(self, drive, rest, needed):
        """The last departure that returns no later, begins nothing (more) late and rests no later than it must."""

        def as_good(leaves):
            tried = self.run(leaves, rest)
            rests_fine = rest is None or tried.rest_at <= max(drive.rest_at, self.pause.until_s)
            no_later = all(a <= b for a, b in zip(self.lates(tried), self.lates(drive), strict=True))
            return tried.returns <= drive.returns and rests_fine and no_later

        good, bad = drive.leaves, drive.returns + 1
        assert as_good(good)
        while bad - good > 1:
            middle = (good + bad) // 2
            good, bad = (middle, bad) if as_good(middle) else (good, middle)
        return good

    def later(self, leaves, rest, needed):
        """The first departure for later windows that keeps the longest duration, if one does."""
        base = self.run(leaves, rest)
        home_by = self.duty.ends_s
        if self.pause is not None and rest is None:
            home_by = min(home_by, self.pause.until_s)
        home_by = max(home_by, base.returns)
        blame = sum(self.lates(base)) + (self.overdue(base, rest, needed) if rest else 0)
        drive = base
        for _ in range(3 * len(self.halts)):
            patience = [
                closes - begins
                for halt, begins in zip(self.halts, drive.begins, strict=True)
                if halt is not None
                for closes in [c for _, c in halt.windows[:-1] if begins <= c][:1]
            ]
            if not patience:
                break
            drive = self.run(drive.leaves + min(patience) + 1, rest)
            worse = sum(self.lates(drive)) + (self.overdue(drive, rest, needed) if rest else 0) > blame
            if drive.returns > home_by or worse:
                break
            drive = self.run(self.latest(drive, rest, needed), rest)
            if drive.returns - drive.leaves <= self.duty.max_duration_s:
                return drive.leaves
        return leaves

    # --- the load ---

    def fetched_where(self):
        """For each delivery that waits for goods, where they are fetched; `None` if not before it."""
        found = {}
        for i, visit in enumerate(self.visits):
            if visit.pickup is not None:
                before = [k for k in range(i) if self.visits[k].order_id == visit.pickup and self.visits[k].collects]
                found[i] = before[0] if before else None
        return found

    def moments(self, cuts):
        """What is on board at each moment: after leaving (again), and after each stop; order by order."""
        bounds = [0, *cuts, len(self.visits)]
        board, found = {}, []
        for first, last in pairwise(bounds):
            board = {key: goods for key, goods in board.items() if key[0] == "onward"}
            for i in range(first, last):
                if not self.visits[i].collects and self.visits[i].pickup is None:
                    board["depot", i] = self.visits[i].load
            found.append((None, total(board)))
            for i in range(first, last):
                self.serve(board, i)
                found.append((i, total(board)))
        return found

    def serve(self, board, i):
        visit = self.visits[i]
        if not visit.collects:
            board.pop(("depot", i), None)
            board.pop(("onward", i), None)
            return
        onward = [k for k, where in self.fetched.items() if where == i]
        for k in onward:
            board["onward", k] = self.visits[k].load
        rest = [own - sum(self.visits[k].load[d] for k in onward) for d, own in enumerate(visit.load)]
        board["back", i] = tuple(max(0, amount) for amount in rest)

    def loads(self, cuts):
        moments = self.moments(cuts)
        after = [moments[0][1], *(load for i, load in moments if i is not None)]
        return after, tuple(max(load[d] for _, load in moments) for d in range(3))

    def cuts(self):
        """Before which stops it loads again: every way is tried."""
        most = self.duty.max_reloads
        if not self.too_much(()):
            return ()
        ways = (cut for k in range(most + 1) for cut in combinations(range(1, len(self.visits)), k))
        return min(ways, key=lambda cut: (self.too_much(cut), *self.detour(cut), cut), default=())

    def too_much(self, cuts):
        moments, over = self.moments(cuts), 0
        begins = [k for k, (i, _) in enumerate(moments) if i is None]
        for a, b in zip(begins, [*begins[1:], len(moments)], strict=True):
            for d, capacity in enumerate(self.duty.capacity):
                # what is passed on is still there when the next trip begins
                carried = [load[d] for _, load in moments[a:b]]
                over += max(0, max(carried) - capacity)
        return over

    def detour(self, cuts):
        table, here, at = self.problem.travel[self.duty.profile], self.duty.start, []
        for visit in self.visits:
            here = here if visit.at < 0 else visit.at
            at.append(here)
        yard = self.duty.start
        return tuple(
            sum(int(m[at[i - 1], yard]) + int(m[yard, at[i]]) - int(m[at[i - 1], at[i]]) + stay for i in cuts)
            for m, stay in ((table.duration_s, self.problem.reload_s), (table.distance_m, 0))
        )

    # --- the rules ---

    def wait(self, plain, stop):
        halt = plain.stops[stop]
        waited = plain.drive.begins[halt] - plain.drive.arrives[halt]
        return waited - self.pause.length_s if plain.rest == ("waiting", halt) else waited

    def broken_stops(self, plain, gaps):
        for i, visit in enumerate(self.visits):
            yield from ((b.rule, b.amount, visit.order_id) for b in self.problem.bars(visit, self.duty))
            if i in gaps:
                yield Rule.NO_ROAD, 0, visit.order_id
            if self.fetched.get(i, i) is None:
                yield Rule.PAIR, 1, visit.order_id
            if late := self.late(visit, plain.drive.begins[plain.stops[i]]):
                yield Rule.LATE, late, visit.order_id
            allowed = self.problem.max_wait_s
            if allowed is not None and self.wait(plain, i) > allowed:
                yield Rule.EARLY, self.wait(plain, i) - allowed, visit.order_id

    def broken_round(self, plain, gaps, overdue):
        duty, drive = self.duty, plain.drive
        for d, rule in enumerate((Rule.WEIGHT, Rule.VOLUME, Rule.PARCELS)):
            if plain.peak[d] > duty.capacity[d]:
                yield rule, (plain.peak[d] - duty.capacity[d]) / 1000, None
        if not self.visits:
            return
        if len(self.visits) in gaps:
            yield Rule.NO_ROAD, 0, None
        if overdue:
            yield Rule.BREAK, overdue, None
        for rule, much, limit in (
            (Rule.SHIFT_END, drive.returns, duty.ends_s),
            (Rule.MAX_STOPS, len(self.visits), duty.max_stops),
            (Rule.MAX_DURATION, drive.returns - drive.leaves, duty.max_duration_s),
            (Rule.MAX_DISTANCE, sum(m for _, m in self.legs), duty.max_distance_m),
        ):
            if limit is not None and much > limit:
                yield rule, much - limit, None


def total(board):
    """The sum, dimension by dimension."""
    return tuple(sum(goods[d] for goods in board.values()) for d in range(3))
