package io.pipit.drivers.ads1115;

/**
 * Something that an ADS1115 can measure: an input against ground, or two against each other
 * (ADS1115 datasheet, bits MUX of the configuration register).
 */
enum Input {
    A0("0", 0b100, 0, -1),
    A1("1", 0b101, 1, -1),
    A2("2", 0b110, 2, -1),
    A3("3", 0b111, 3, -1),
    A0_A1("0-1", 0b000, 0, 1),
    A0_A3("0-3", 0b001, 0, 3),
    A1_A3("1-3", 0b010, 1, 3),
    A2_A3("2-3", 0b011, 2, 3);

    private final String name;
    private final int code;
    private final int plus;
    private final int minus;

    Input(String name, int code, int plus, int minus) {
        this.name = name;
        this.code = code;
        this.plus = plus;
        this.minus = minus;
    }

    /** The option that says which range it has. */
    String option() {
        return "range-" + name;
    }

    String quantity() {
        return "voltage-" + name;
    }

    /** The bits for the configuration register. */
    int bits() {
        return code << 12;
    }

    boolean isAgainstGround() {
        return minus < 0;
    }

    String description() {
        return isAgainstGround()
                ? "input A%d against ground".formatted(plus)
                : "input A%d against A%d".formatted(plus, minus);
    }

    /** The one with these bits, for the simulated chip. */
    static Input of(int configuration) {
        for (Input input : values()) {
            if (input.code == ((configuration >> 12) & 0x07)) {
                return input;
            }
        }
        throw new AssertionError("three bits have eight values");
    }

    int plus() {
        return plus;
    }

    int minus() {
        return minus;
    }
}
