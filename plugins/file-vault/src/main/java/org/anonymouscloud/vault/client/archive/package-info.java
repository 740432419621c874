/**
 * Whole trees as one stream between the agent and its callers: tar archives in the form of
 * POSIX.1-2001 (pax). Start with {@link org.anonymouscloud.vault.client.archive.ArchiveWriter} and
 * {@link org.anonymouscloud.vault.client.archive.ArchiveReader}. Knows neither drives nor disks.
 */
@NullMarked
package org.anonymouscloud.vault.client.archive;

import org.jspecify.annotations.NullMarked;
