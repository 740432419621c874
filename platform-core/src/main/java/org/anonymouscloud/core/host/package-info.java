/**
 * Loads plugins and hands out what they offer. Start with {@link
 * org.anonymouscloud.core.host.PluginHost}. Server, agent and command line find plugins here in the
 * same way; this room knows the extension points and no plugin by name.
 */
@NullMarked
package org.anonymouscloud.core.host;

import org.jspecify.annotations.NullMarked;
