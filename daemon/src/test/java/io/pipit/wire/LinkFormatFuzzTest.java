package io.pipit.wire;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.List;

/** Link format (RFC 6690), as other nodes' lists of resources bring it. */
class LinkFormatFuzzTest {
    @FuzzTest(maxDuration = "2s")
    void reads(byte[] bytes) {
        List<LinkFormat.Link> links;
        try {
            links = LinkFormat.read(bytes);
        } catch (WireException e) {
            return;
        }
        LinkFormat.filter(links, List.of("rt=*", "href=/sensors/*"));
        byte[] once = LinkFormat.write(links);
        try {
            if (!LinkFormat.read(once).equals(links)) {
                throw new AssertionError("comes out otherwise than it went in");
            }
        } catch (WireException e) {
            throw new AssertionError("can't read what it wrote", e);
        }
    }
}
