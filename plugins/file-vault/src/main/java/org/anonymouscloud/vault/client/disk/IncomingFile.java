package org.anonymouscloud.vault.client.disk;

import java.time.Instant;
import java.util.List;

/**
 * A file that is to be written to the local disk.
 *
 * @param names from the target's folder down, at least one
 * @param size in bytes; a content of another length is refused
 * @param modified when it was last changed
 * @param executable whether its owner may run it
 */
public record IncomingFile(List<String> names, long size, Instant modified, boolean executable) {}
