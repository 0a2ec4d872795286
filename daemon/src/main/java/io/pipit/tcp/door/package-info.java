/** Who may come in over TCP before a key was proved. */
@NullMarked
package io.pipit.tcp.door;

import org.jspecify.annotations.NullMarked;
