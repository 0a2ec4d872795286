package io.pipit.config.rule;

import io.pipit.config.rule.Condition.Bound;
import io.pipit.config.rule.Condition.Operator;
import io.pipit.config.rule.Condition.Rate;
import io.pipit.config.rule.Tokens.Token;
import io.pipit.config.text.Durations;
import io.pipit.config.text.Malformed;
import io.pipit.config.text.Names;
import io.pipit.config.text.Spelling;
import io.pipit.config.text.Units;
import java.time.Duration;
import java.time.LocalTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads the conditions of rules. What binds most comes first: {@code until}, {@code for}, {@code
 * not}, {@code and}, {@code or}.
 *
 * <pre>
 * condition = all { "or" all }
 * all       = one { "and" one }
 * one       = "not" one | ( "(" condition ")" | term ) [ "for" DURATION ]
 * term      = SERIES "stale" [ "after" DURATION ]
 *           | SERIES bound [ "until" bound ]
 *           | "rate" "of" SERIES "over" DURATION bound "per" UNIT-OF-TIME [ "until" bound "per" UNIT-OF-TIME ]
 *           | "between" HH:MM "and" HH:MM
 * bound     = ( "&lt;" | "&lt;=" | "&gt;" | "&gt;=" | "==" | "!=" ) ( NUMBER [ UNIT ] | "true" | "false" )
 * </pre>
 */
public final class ConditionParser {
    /** The most characters of a condition. */
    public static final int CHARS_MAX = 2_000;

    /** The most comparisons and the like in one. */
    public static final int TERMS_MAX = 32;

    /** How deep parentheses and {@code not} may go. */
    public static final int DEPTH_MAX = 16;

    /** What a bound may be, and minus that. */
    private static final double NUMBER_MAX = 1e15;

    private static final Duration SPAN_MIN = Duration.ofMillis(1);
    private static final Duration SPAN_MAX = Duration.ofDays(30);

    private static final Pattern NUMBER =
            Pattern.compile("[+-]?[0-9]{1,15}(\\.[0-9]{1,15})?([eE][+-]?[0-9]{1,2})?");
    private static final Pattern TIME = Pattern.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])");
    private static final String AND = "and";
    private static final String OR = "or";
    private static final String FOR = "for";
    private static final String UNTIL = "until";
    private static final String PER = "per";
    private static final List<String> AFTER_A_TERM = List.of(AND, OR, FOR);
    private static final List<String> AFTER_A_BOUND = List.of(AND, OR, FOR, UNTIL, PER);
    private static final Map<String, Operator> OPERATORS = operators();
    private static final Map<String, Duration> TIMES = times();

    private final Tokens tokens;
    private final String ownName;
    private final KnownSeries known;
    private int terms;
    private int depth;

    private ConditionParser(String text, String ownName, KnownSeries known) {
        this.tokens = new Tokens(text);
        this.ownName = ownName;
        this.known = known;
    }

    private static Map<String, Operator> operators() {
        Map<String, Operator> all = new LinkedHashMap<>();
        Arrays.stream(Operator.values()).forEach(each -> all.put(each.toString(), each));
        all.put("=", Operator.EQUAL);
        return Map.copyOf(all);
    }

    private static Map<String, Duration> times() {
        Map<String, Duration> all = new LinkedHashMap<>();
        all.put("second", Duration.ofSeconds(1));
        all.put("minute", Duration.ofMinutes(1));
        all.put("hour", Duration.ofHours(1));
        all.put("day", Duration.ofDays(1));
        return all;
    }

    /**
     * Reads one.
     *
     * @param ownName what this node is called: a series that begins with it is its own
     * @throws Misread where it isn't one, at the first place where that shows
     */
    public static Condition parse(String text, String ownName, KnownSeries known) throws Misread {
        if (text.length() > CHARS_MAX) {
            throw new Misread(
                    CHARS_MAX,
                    "a condition may have "
                            + CHARS_MAX
                            + " characters, but this has "
                            + text.length()
                            + ": make several rules of it");
        }
        ConditionParser parser = new ConditionParser(text, ownName, known);
        Condition condition = parser.any();
        Token rest = parser.tokens.peek();
        if (!rest.isEnd()) {
            throw unexpected(rest, "and, or, for or the end", AFTER_A_TERM);
        }
        return condition;
    }

    private Condition any() throws Misread {
        List<Condition> some = new ArrayList<>(List.of(all()));
        while (tokens.take(OR)) {
            some.add(all());
        }
        return some.size() == 1 ? some.getFirst() : new Condition.Any(some);
    }

    private Condition all() throws Misread {
        List<Condition> some = new ArrayList<>(List.of(one()));
        while (tokens.take(AND)) {
            some.add(one());
        }
        return some.size() == 1 ? some.getFirst() : new Condition.All(some);
    }

    private Condition one() throws Misread {
        Token first = tokens.peek();
        if (tokens.take("not")) {
            deeper(first);
            Condition of = one();
            depth--;
            return new Condition.Not(of);
        }
        Condition condition;
        if (tokens.take("(")) {
            deeper(first);
            condition = any();
            depth--;
            Token end = tokens.next();
            if (!end.is(")")) {
                throw unexpected(end, "and, or, for or a )", AFTER_A_TERM);
            }
        } else {
            condition = term();
        }
        return tokens.take(FOR) ? new Condition.Lasting(condition, span(FOR)) : condition;
    }

    private void deeper(Token at) throws Misread {
        if (++depth > DEPTH_MAX) {
            throw new Misread(
                    at.offset(),
                    "parentheses and not may be " + DEPTH_MAX + " deep: make several rules of it");
        }
    }

    private Condition term() throws Misread {
        Token first = tokens.peek();
        if (++terms > TERMS_MAX) {
            throw new Misread(
                    first.offset(),
                    "there may be "
                            + TERMS_MAX
                            + " comparisons in a condition: make several rules of it");
        }
        if (tokens.take("between")) {
            return between();
        }
        boolean rate = tokens.take("rate");
        if (rate && !tokens.take("of")) {
            throw unexpected(tokens.peek(), "of, as in rate of air/temperature", List.of("of"));
        }
        Token word = tokens.next();
        if (!word.text().contains("/")) {
            throw unexpected(
                    word,
                    "a series such as air/temperature or shed/air/temperature"
                            + (rate ? "" : ", not, between, rate of or a ("),
                    List.of("not", "between", "rate"));
        }
        SeriesName series = series(word);
        KnownSeries.Traits traits = meant(word.offset(), () -> known.traits(series));
        if (!rate && tokens.take("stale")) {
            return new Condition.Stale(
                    series, tokens.take("after") ? span("after") : traits.staleAfter());
        }
        return comparison(series, traits, rate);
    }

    private Condition comparison(SeriesName series, KnownSeries.Traits traits, boolean rate)
            throws Misread {
        Duration over = Duration.ZERO;
        if (rate) {
            if (!tokens.take("over")) {
                throw unexpected(
                        tokens.peek(), "over and a duration, as in over 10m", List.of("over"));
            }
            over = span("over");
        }
        Bound is = bound(traits, rate ? "" : "stale or ");
        Duration per = rate ? per() : Duration.ZERO;
        Optional<Bound> end = Optional.empty();
        Token until = tokens.peek();
        if (tokens.take(UNTIL)) {
            Token sign = tokens.peek();
            Bound bound = bound(traits, "");
            if (rate && !per().equals(per)) {
                throw new Misread(
                        until.offset(), "until must be per the same time as what it ends");
            }
            refuseOverlap(sign, is, bound);
            end = Optional.of(bound);
        }
        return new Condition.Comparison(
                series,
                traits.staleAfter(),
                rate ? Optional.of(new Rate(over, per)) : Optional.empty(),
                is,
                end);
    }

    /** Hysteresis: nothing may begin it and end it at once. */
    private static void refuseOverlap(Token sign, Bound is, Bound until) throws Misread {
        boolean opposite =
                (is.operator().isUpwards() && until.operator().isDownwards())
                        || (is.operator().isDownwards() && until.operator().isUpwards());
        if (!opposite) {
            throw new Misread(
                    sign.offset(),
                    "until goes the other way than what it ends, as in > 30 until < 27");
        }
        if (!is.unit().equals(until.unit())) {
            throw new Misread(sign.offset(), "until must have the same unit as what it ends");
        }
        boolean apart =
                is.operator().isUpwards() ? until.value() < is.value() : until.value() > is.value();
        boolean same = is.value() == until.value();
        boolean both = is.holds(until.value()) && until.holds(is.value());
        if (!apart && (!same || both)) {
            throw new Misread(
                    sign.offset(),
                    "until must be on the other side: it would end at once what just began");
        }
    }

    private Bound bound(KnownSeries.Traits traits, String orElse) throws Misread {
        Token sign = tokens.next();
        Operator operator = OPERATORS.get(sign.text());
        if (operator == null) {
            throw unexpected(
                    sign,
                    orElse + "one of <, <=, >, >=, == and !=",
                    orElse.isEmpty() ? List.of() : List.of("stale"));
        }
        Token word = tokens.next();
        if (word.is("true") || word.is("false")) {
            return new Bound(operator, word.is("true") ? 1 : 0, Optional.empty());
        }
        if (!NUMBER.matcher(word.text()).matches()) {
            throw unexpected(
                    word,
                    "a number, true or false"
                            + (word.text().matches("[+-]?[0-9].*")
                                    ? "; a unit stands behind a space, as in 30 Cel"
                                    : ""),
                    List.of("true", "false"));
        }
        double value = Double.parseDouble(word.text());
        if (!(Math.abs(value) <= NUMBER_MAX)) {
            throw new Misread(
                    word.offset(), word.text() + " is too much: a bound is at most " + NUMBER_MAX);
        }
        return new Bound(operator, value, unit(traits));
    }

    private Optional<String> unit(KnownSeries.Traits traits) throws Misread {
        Token word = tokens.peek();
        if (word.isEnd() || word.is(")") || AFTER_A_BOUND.contains(word.text())) {
            return Optional.empty();
        }
        tokens.next();
        String unit;
        try {
            unit = Units.parse(word.text());
        } catch (Malformed e) {
            throw Spelling.nearest(word.text(), AFTER_A_BOUND).isPresent()
                    ? unexpected(word, "a unit, and, or, for, until or the end", AFTER_A_BOUND)
                    : new Misread(word.offset(), String.valueOf(e.getMessage()));
        }
        Optional<String> measured = traits.unit();
        if (measured.isPresent() && Units.conversion(measured.get(), unit).isEmpty()) {
            throw new Misread(
                    word.offset(),
                    "it is measured in "
                            + measured.get()
                            + ", which can't be converted to "
                            + unit);
        }
        return Optional.of(unit);
    }

    private Duration per() throws Misread {
        if (!tokens.take(PER)) {
            throw unexpected(
                    tokens.peek(), "per second, per minute, per hour or per day", List.of(PER));
        }
        Token word = tokens.next();
        Duration per = TIMES.get(word.text());
        if (per == null) {
            throw unexpected(word, "second, minute, hour or day", TIMES.keySet());
        }
        return per;
    }

    private Condition between() throws Misread {
        LocalTime from = timeOfDay();
        if (!tokens.take(AND)) {
            throw unexpected(tokens.peek(), "and, as in between 22:00 and 06:00", List.of(AND));
        }
        Token second = tokens.peek();
        LocalTime to = timeOfDay();
        if (from.equals(to)) {
            throw new Misread(second.offset(), "the two times are the same: write two others");
        }
        return new Condition.Between(from, to);
    }

    private LocalTime timeOfDay() throws Misread {
        Token word = tokens.next();
        Matcher time = TIME.matcher(word.text());
        if (!time.matches()) {
            throw unexpected(word, "a time of day from 00:00 to 23:59", List.of());
        }
        return LocalTime.of(Integer.parseInt(time.group(1)), Integer.parseInt(time.group(2)));
    }

    private Duration span(String after) throws Misread {
        Token word = tokens.next();
        if (word.isEnd()) {
            throw unexpected(word, "a duration such as 2m after " + after, List.of());
        }
        Duration span = meant(word.offset(), () -> Durations.parse(word.text()));
        if (span.compareTo(SPAN_MIN) < 0 || span.compareTo(SPAN_MAX) > 0) {
            throw new Misread(
                    word.offset(),
                    after
                            + ": must be between "
                            + Durations.format(SPAN_MIN)
                            + " and "
                            + Durations.format(SPAN_MAX)
                            + ", but is "
                            + word.text());
        }
        return span;
    }

    private SeriesName series(Token word) throws Misread {
        String[] names = word.text().split("/", -1);
        boolean named = names.length == 3;
        if ((names.length != 2 && !named) || !Arrays.stream(names).allMatch(Names::isName)) {
            throw new Misread(
                    word.offset(),
                    word.quoted()
                            + " is no series: write sensor/quantity for one of this node,"
                            + " node/sensor/quantity for one of another");
        }
        boolean own = !named || names[0].equals(ownName);
        return new SeriesName(
                own ? Optional.empty() : Optional.of(names[0]),
                names[names.length - 2],
                names[names.length - 1]);
    }

    @FunctionalInterface
    private interface Meaning<T> {
        T get() throws Malformed;
    }

    private static <T> T meant(int offset, Meaning<T> meaning) throws Misread {
        try {
            return meaning.get();
        } catch (Malformed e) {
            throw new Misread(offset, String.valueOf(e.getMessage()));
        }
    }

    private static Misread unexpected(Token word, String wanted, Iterable<String> near) {
        List<String> candidates = new ArrayList<>();
        near.forEach(candidates::add);
        Function<String, String> hint =
                nearest -> ": did you mean " + Malformed.quote(nearest) + "?";
        return new Misread(
                word.offset(),
                "here should be "
                        + wanted
                        + ", but there is "
                        + word.quoted()
                        + Spelling.nearest(word.text(), candidates).map(hint).orElse(""));
    }
}
