/**
 * What is at and below a path of a drive, one thing after another, and the segments of its files.
 * Start with {@link org.anonymouscloud.vault.client.walk.TreeWalk}. Knows nothing of how content is
 * opened.
 */
@NullMarked
package org.anonymouscloud.vault.client.walk;

import org.jspecify.annotations.NullMarked;
