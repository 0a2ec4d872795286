/** The program's command line: the verbs, and nothing that the daemon needs to run. */
@NullMarked
package io.pipit.cli;

import org.jspecify.annotations.NullMarked;
