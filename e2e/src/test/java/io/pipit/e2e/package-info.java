/** The packaged program driven from outside, with other people's clients. */
package io.pipit.e2e;
