/**
 * Which jars may be opened, and who vouches for them (A66). Start with {@link
 * org.anonymouscloud.core.release.Release}, the statement about one jar, and its two sources:
 * {@link org.anonymouscloud.core.release.DistributionList} for the plugins of the program itself,
 * {@link org.anonymouscloud.core.release.PluginFolder} for those that were installed. Runs no code
 * of a plugin and knows no extension point.
 */
@NullMarked
package org.anonymouscloud.core.release;

import org.jspecify.annotations.NullMarked;
