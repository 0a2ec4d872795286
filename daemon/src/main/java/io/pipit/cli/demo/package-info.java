/** Several nodes on this machine, watched and counted. */
@NullMarked
package io.pipit.cli.demo;

import org.jspecify.annotations.NullMarked;
