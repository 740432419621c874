package org.anonymouscloud.vault.client.drive;

import java.time.Instant;

/**
 * What is kept of a file besides its name and content.
 *
 * @param modified when it was last changed where it came from
 * @param executable whether its owner may run it
 */
public record Attributes(Instant modified, boolean executable) {}
