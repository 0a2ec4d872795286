/**
 * The typed configuration: immutable records and the TOML loader that fills them, with positions
 * for every error.
 */
@NullMarked
package io.pipit.config;

import org.jspecify.annotations.NullMarked;
