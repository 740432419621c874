/**
 * The plugin API: what a feature gives ({@link org.anonymouscloud.core.plugin.ServerFeature},
 * {@link org.anonymouscloud.core.plugin.ClientFeature}) and what it is given. Knows no feature by
 * name.
 *
 * <p>More than twenty types, because an author reads the whole of it: each is in the signature of
 * another, and rooms within would be names to import and no walls.
 */
@NullMarked
package org.anonymouscloud.core.plugin;

import org.jspecify.annotations.NullMarked;
