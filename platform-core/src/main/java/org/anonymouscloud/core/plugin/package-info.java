/**
 * The plugin API: what a feature gives ({@link org.anonymouscloud.core.plugin.ServerFeature},
 * {@link org.anonymouscloud.core.plugin.ClientFeature}) and what it is given. Knows no feature by
 * name.
 */
@NullMarked
package org.anonymouscloud.core.plugin;

import org.jspecify.annotations.NullMarked;
