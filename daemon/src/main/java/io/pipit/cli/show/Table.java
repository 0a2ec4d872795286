package io.pipit.cli.show;

import io.pipit.cli.context.Surroundings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Column;
import picocli.CommandLine.Help.TextTable;

/** Rows under headings, each column as wide as it needs. Not thread-safe. */
public final class Table {
    private static final int GAP = 2;

    private final List<String> headings;
    private final List<String[]> rows = new ArrayList<>();

    public Table(String... headings) {
        this.headings = Arrays.asList(headings);
    }

    /** Adds a row; as many cells as there are headings. */
    public Table row(Object... cells) {
        String[] texts = new String[headings.size()];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = Printable.text(String.valueOf(cells[i]));
        }
        rows.add(texts);
        return this;
    }

    /** Whether it has no rows. */
    public boolean isEmpty() {
        return rows.isEmpty();
    }

    /** Prints it. */
    public void print(Surroundings surroundings) {
        surroundings.out().print(text(surroundings.colours()));
        surroundings.flush();
    }

    /** Prints it, or a line where it has no rows. */
    public void print(Surroundings surroundings, String ifNone) {
        if (isEmpty()) {
            surroundings.line(ifNone);
        } else {
            print(surroundings);
        }
    }

    /** Its lines, each with a line break. */
    public String text(boolean colours) {
        Ansi ansi = colours ? Ansi.ON : Ansi.OFF;
        Column[] columns = new Column[headings.size()];
        for (int i = 0; i < columns.length; i++) {
            int at = i;
            int width = rows.stream().mapToInt(r -> r[at].length()).max().orElse(0);
            width = Math.max(width, headings.get(i).length()) + (i == columns.length - 1 ? 0 : GAP);
            columns[i] = new Column(Math.max(width, 1), 0, Column.Overflow.TRUNCATE);
        }
        TextTable table = TextTable.forColumns(Help.defaultColorScheme(ansi), columns);
        Ansi.Text[] bold = new Ansi.Text[columns.length];
        for (int i = 0; i < columns.length; i++) {
            String heading = headings.get(i).toUpperCase(Locale.ROOT);
            bold[i] = ansi.new Text("@|bold " + heading + "|@");
        }
        table.addRowValues(bold);
        for (String[] row : rows) {
            Ansi.Text[] cells = new Ansi.Text[row.length];
            for (int i = 0; i < row.length; i++) {
                // What was read is text, not markup: an @| in it would be.
                cells[i] = ansi.new Text(row[i].replace("@|", "@ |"));
            }
            table.addRowValues(cells);
        }
        StringBuilder out = new StringBuilder();
        table.toString()
                .lines()
                .map(String::stripTrailing)
                .forEach(l -> out.append(l).append('\n'));
        return out.toString();
    }
}
