/** The ways by which peers are found, how each is doing, and what it says it has found. */
@NullMarked
package io.pipit.discovery.rung;

import org.jspecify.annotations.NullMarked;
