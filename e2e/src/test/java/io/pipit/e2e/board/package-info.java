/** The packaged program on the virtual board: a Linux of its own with real kernel interfaces. */
package io.pipit.e2e.board;
