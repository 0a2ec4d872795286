package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FilterTest {
    @Test
    void thereIsAFilterThatLetsEverythingThrough() {
        assertThat(Filter.parse("**")).contains(Filter.ALL);
    }
}
