package io.pipit.cli.show;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * A series over time in braille dots, two across and four down a character. Where several readings
 * share a column it draws from the least to the greatest. Not thread-safe.
 */
public final class Plot {
    private static final int BRAILLE = 0x2800;
    private static final int[][] DOTS = {{0x01, 0x02, 0x04, 0x40}, {0x08, 0x10, 0x20, 0x80}};
    private static final int DOTS_ACROSS = 2;
    private static final int DOTS_DOWN = 4;

    private final List<long[]> times = new ArrayList<>();
    private final List<double[]> values = new ArrayList<>();
    private int count;

    private static final int CHUNK = 4_096;

    /** Adds a reading, in any order. */
    public void add(long micros, double value) {
        int at = count % CHUNK;
        if (at == 0) {
            times.add(new long[CHUNK]);
            values.add(new double[CHUNK]);
        }
        times.getLast()[at] = micros;
        values.getLast()[at] = value;
        count++;
    }

    /** How many readings it has. */
    public int count() {
        return count;
    }

    /**
     * Its lines, each with a line break.
     *
     * @param columns of the terminal
     * @param lines of the curve itself
     */
    public String text(String title, String unit, int columns, int lines, ZoneId zone) {
        if (count == 0) {
            return "";
        }
        long start = Long.MAX_VALUE;
        long end = Long.MIN_VALUE;
        double low = Double.MAX_VALUE;
        double high = -Double.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            start = Math.min(start, time(i));
            end = Math.max(end, time(i));
            low = Math.min(low, value(i));
            high = Math.max(high, value(i));
        }
        String top = Printable.measured(high, unit);
        String bottom = Printable.measured(low, unit);
        int margin = Math.max(top.length(), bottom.length());
        int width = Math.max(10, columns - margin - 2);
        int[][] cells = draw(start, end, low, high, width, lines);

        StringBuilder out = new StringBuilder(Printable.text(title)).append('\n');
        for (int line = 0; line < lines; line++) {
            String label = line == 0 ? top : line == lines - 1 ? bottom : "";
            out.append(String.format(Locale.ROOT, "%" + margin + "s ", label)).append('\u2524');
            StringBuilder curve = new StringBuilder();
            for (int cell : cells[line]) {
                curve.append(cell == 0 ? ' ' : (char) (BRAILLE + cell));
            }
            out.append(curve.toString().stripTrailing()).append('\n');
        }
        String from = Printable.local(start, zone);
        String to = Printable.local(end, zone);
        int gap = Math.max(2, width - from.length() - to.length());
        return out.append(" ".repeat(margin + 2))
                .append(from)
                .append(" ".repeat(gap))
                .append(to)
                .append('\n')
                .toString();
    }

    private int[][] draw(long start, long end, double low, double high, int width, int lines) {
        int across = width * DOTS_ACROSS;
        int down = lines * DOTS_DOWN;
        int[] least = new int[across];
        int[] greatest = new int[across];
        java.util.Arrays.fill(least, down);
        java.util.Arrays.fill(greatest, -1);
        for (int i = 0; i < count; i++) {
            int x =
                    end == start
                            ? 0
                            : (int) ((time(i) - start) / (double) (end - start) * (across - 1));
            int y =
                    high == low
                            ? down / 2
                            : (int) Math.round((high - value(i)) / (high - low) * (down - 1));
            least[x] = Math.min(least[x], y);
            greatest[x] = Math.max(greatest[x], y);
        }
        int[][] cells = new int[lines][width];
        for (int x = 0; x < across; x++) {
            for (int y = least[x]; y <= greatest[x]; y++) {
                cells[y / DOTS_DOWN][x / DOTS_ACROSS] |= DOTS[x % DOTS_ACROSS][y % DOTS_DOWN];
            }
        }
        return cells;
    }

    private long time(int i) {
        return times.get(i / CHUNK)[i % CHUNK];
    }

    private double value(int i) {
        return values.get(i / CHUNK)[i % CHUNK];
    }
}
