/** What {@code pipit sensors} prints of drivers and of what is connected. */
@NullMarked
package io.pipit.cli.hardware;

import org.jspecify.annotations.NullMarked;
