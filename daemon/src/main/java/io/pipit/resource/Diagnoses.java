package io.pipit.resource;

import io.pipit.resource.Call.Refusal;
import io.pipit.resource.doctor.Doctor;
import io.pipit.resource.doctor.Doctor.Finding;
import io.pipit.resource.exchange.Request;
import io.pipit.wire.Document;
import io.pipit.wire.Format;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/** {@code /doctor}: what is wrong with the node, by trying. Thread-safe. */
final class Diagnoses {
    private final Doctor doctor;
    private final AtomicBoolean busy = new AtomicBoolean();

    Diagnoses(Doctor doctor) {
        this.doctor = doctor;
    }

    /** One examination at a time: it speaks to all peers. */
    void doctor(Call call) throws Refusal {
        call.allow(Request.Method.GET);
        call.knows(Set.of());
        Format format = call.document();
        if (!busy.compareAndSet(false, true)) {
            throw Refusal.busy("somebody else has the node examined just now; try again");
        }
        call.whenDone(
                doctor.examine().whenComplete((findings, error) -> busy.set(false)),
                findings ->
                        call.contentOnce(
                                format.document(), Document.write(document(findings), format)));
    }

    private static Map<String, Object> document(List<Finding> findings) {
        List<Object> all = new ArrayList<>();
        for (Finding finding : findings) {
            var fields = new LinkedHashMap<String, Object>();
            fields.put("part", finding.part());
            fields.put("what", finding.what());
            fields.put("state", finding.state().toString());
            fields.put("says", finding.says());
            if (!finding.remedy().isEmpty()) {
                fields.put("remedy", finding.remedy());
            }
            all.add(fields);
        }
        return Map.of("findings", all);
    }
}
