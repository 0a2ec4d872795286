package io.pipit.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipit.model.Grant.Role;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class GrantTest {
    @ParameterizedTest
    @EnumSource
    void aRoleAloneReachesAllOfIt(Role role) {
        assertThat(Grant.parse(role.toString())).contains(Grant.of(role));
        assertThat(Grant.of(role)).hasToString(role.toString());
        assertThat(Grant.of(role).paths()).isEqualTo(Filter.ALL);
    }

    @Test
    void aRoleMayCarryPatterns() {
        var grant = new Grant(Role.READ, Filter.of("air/*", "host/load"));

        assertThat(Grant.parse("read:air/*,host/load")).contains(grant);
        assertThat(grant).hasToString("read:air/*,host/load");
        assertThat(Grant.parse("write:fan")).contains(new Grant(Role.WRITE, Filter.of("fan")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"", ":", "READ", "reader", "read ", "read:", "read:A", "read:a,", ":air/*"})
    void whatIsNoGrantIsNotRead(String text) {
        assertThat(Grant.parse(text)).isEmpty();
    }
}
