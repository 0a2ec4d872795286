package io.pipit.sim;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.BootClock;
import io.pipit.model.Filter;
import io.pipit.model.LogEntry;
import io.pipit.model.LogId;
import io.pipit.model.NodeId;
import io.pipit.port.Event;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to a fleet, in the end everything is where it should be. A seed that fails is
 * printed; {@code -Dpipit.sim.seed=N} runs it alone, {@code -Dpipit.sim.verbose=true} tells its
 * story, {@code -Dpipit.sim.seeds=N} runs so many.
 */
class SimulationTest {
    private static final int SEEDS = Integer.getInteger("pipit.sim.seeds", 2_000);

    /** So many are enough for each of the deliberate faults. */
    private static final int SEEDS_FOR_A_FAULT = 60;

    private static final String[] WHAT_HAPPENS = {
        "clock",
        "clock lost at its origin",
        "clock recalled",
        "commit",
        "connected",
        "connection lost",
        "crash",
        "cut",
        "fetch",
        "gone",
        "live",
        "moved in time",
        "new card",
        "power cut",
        "repaired",
        "store full",
        "tcp cut",
        "trim",
        "udp blocked"
    };

    @Test
    void everythingIsWhereItShouldBe() {
        Long only = Long.getLong("pipit.sim.seed");
        long first = only == null ? 1 : only;
        long last = only == null ? SEEDS : only;
        long longest = 0;
        long trace = 0;
        Map<String, Long> tally = new TreeMap<>();
        for (long seed = first; seed <= last; seed++) {
            Simulation.Outcome outcome = new Simulation(seed, Fakes.RIGHT).run();
            assertThat(outcome.violations())
                    .as("seed %d; -Dpipit.sim.seed=%d replays it", seed, seed)
                    .isEmpty();
            trace = trace * 31 + outcome.trace();
            longest = Math.max(longest, outcome.restNanos());
            outcome.tally().forEach((what, times) -> tally.merge(what, times, Long::sum));
        }
        System.out.printf(
                "simulation: %d seeds, trace %016x, at rest after %d s at the latest, %s%n",
                last - first + 1, trace, longest / 1_000_000_000, tally);
        if (only == null) {
            assertThat(tally).as("what happened").containsKeys(WHAT_HAPPENS);
        }
    }

    @Test
    void theSameSeedIsTheSameStory() {
        for (long seed = 1; seed <= 20; seed++) {
            assertThat(new Simulation(seed, Fakes.RIGHT).run())
                    .isEqualTo(new Simulation(seed, Fakes.RIGHT).run());
        }
        assertThat(new Simulation(1, Fakes.RIGHT).run().trace())
                .isNotEqualTo(new Simulation(2, Fakes.RIGHT).run().trace());
    }

    @Test
    void aCursorStoredTooEarlyIsFound() {
        assertThat(
                        found(
                                Fakes.but((sim, process, disk) ->
                                        new SimStore(sim, process, disk) {
                                            @Override
                                            public boolean append(
                                                    Cursor cursor,
                                                    List<LogEntry> entries,
                                                    long completeTo) {
                                                disk.move(cursor, completeTo);
                                                return super.append(cursor, entries, completeTo);
                                            }
                                        })))
                .contains(Invariant.CURSOR_NOT_AHEAD, Invariant.ALL_IS_THERE);
    }

    @Test
    void aGapThatIsNotRepairedIsFound() {
        assertThat(
                        found(
                                new Fakes() {
                                    @Override
                                    public SimLinks links(Simulation sim, SimProcess process) {
                                        return new SimLinks(sim, process) {
                                            @Override
                                            public void fetch(Fetch fetch) {
                                                if (fetch.limit() == 0) {
                                                    super.fetch(fetch);
                                                } else {
                                                    process.offer(
                                                            new Event.FetchFailed(
                                                                    fetch.number(),
                                                                    fetch.peer(),
                                                                    fetch.filter(),
                                                                    "fault",
                                                                    path()));
                                                }
                                            }
                                        };
                                    }

                                    @Override
                                    public @Nullable SimStreams streams(
                                            Simulation sim, SimProcess process) {
                                        // Over TCP it would be repaired.
                                        return null;
                                    }
                                }))
                .containsOnly(Invariant.ALL_IS_THERE, Invariant.SAME_TIME, Invariant.MOVES_IN_TIME);
    }

    @Test
    void aPlaceUsedAgainAfterACrashIsFound() {
        assertThat(
                        found(
                                Fakes.but((sim, process, disk) ->
                                        new SimStore(sim, process, disk) {
                                            @Override
                                            long nextSequence() {
                                                return disk.lastOwn + 1;
                                            }
                                        })))
                .contains(Invariant.PLACE_USED_ONCE, Invariant.ALL_IS_THERE);
    }

    @Test
    void aClockThatIsNotWrittenDownIsFound() {
        assertThat(
                        found(
                                Fakes.but((sim, process, disk) ->
                                        new SimStore(sim, process, disk) {
                                            @Override
                                            void writeDown(BootClock clock) {
                                                sim.trace("forgets", 0, clock.offsetMicros());
                                            }
                                        }),
                                25 * SEEDS_FOR_A_FAULT))
                .containsExactly(Invariant.SAME_TIME);
    }

    @Test
    void aDuplicateLetThroughIsFound() {
        assertThat(
                        found(
                                Fakes.but((sim, process, disk) ->
                                        new SimStore(sim, process, disk) {
                                            @Override
                                            void insert(NodeId origin, LogId log, LogEntry entry) {
                                                disk.insert(origin, log, entry);
                                            }
                                        })))
                .containsExactly(Invariant.ONCE);
    }

    @Test
    void aFilterIgnoredIsFound() {
        assertThat(
                        found(
                                new Fakes() {
                                    @Override
                                    public SimLinks links(Simulation sim, SimProcess process) {
                                        return new SimLinks(sim, process) {
                                            @Override
                                            Filter asServed(Filter filter) {
                                                return Filter.of("air/*");
                                            }
                                        };
                                    }
                                }))
                .contains(Invariant.CURSOR_NOT_AHEAD, Invariant.ALL_IS_THERE);
    }

    @Test
    void aFeedThatNeverMovesIsFound() {
        assertThat(
                        found(
                                new Fakes() {
                                    @Override
                                    public @Nullable SimStreams streams(
                                            Simulation sim, SimProcess process) {
                                        return null;
                                    }
                                },
                                5 * SEEDS_FOR_A_FAULT))
                .contains(Invariant.MOVES_IN_TIME);
    }

    /** Every invariant that this fault breaks in one seed or another. */
    private static Set<Invariant> found(Fakes fault) {
        return found(fault, SEEDS_FOR_A_FAULT);
    }

    private static Set<Invariant> found(Fakes fault, int seeds) {
        Set<Invariant> found = EnumSet.noneOf(Invariant.class);
        for (long seed = 1; seed <= seeds; seed++) {
            found.addAll(new Simulation(seed, fault).run().violations().keySet());
        }
        return found;
    }
}
