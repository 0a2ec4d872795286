/** Nodes find each other by DNS-SD (RFC 6763): by Avahi where it runs, else by jmdns. */
@NullMarked
package io.pipit.discovery.dnssd;

import org.jspecify.annotations.NullMarked;
