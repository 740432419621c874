package org.anonymouscloud.vault.client.past;

import java.time.Instant;
import java.util.Optional;
import org.anonymouscloud.vault.client.format.Entry;
import org.anonymouscloud.vault.client.format.Root;

/**
 * What was at a path for a while.
 *
 * @param state number of the oldest state in which it was there, of those that are whole
 * @param newest number of the newest state in which it was there, after which something else was
 * @param since when it came there; it may have come earlier, if nobody is known to have written it
 * @param entry as it was
 * @param by the root that brought it there; none if that state is not known any more
 * @param current whether it is there now
 * @param moved where it was before, if it came there by a move
 */
public record Version(
    long state,
    long newest,
    Instant since,
    Entry entry,
    Optional<Root> by,
    boolean current,
    Optional<EarlierPlace> moved) {}
