/**
 * A node in one file: its key, whom it trusts, its configuration and its readings, to be put back
 * on another card.
 */
@NullMarked
package io.pipit.archive;

import org.jspecify.annotations.NullMarked;
