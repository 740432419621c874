/**
 * The plugins that the program starts with, and the commands that install, switch, sign and trust
 * them. Start with {@link org.anonymouscloud.client.cli.plugin.Distribution} and {@link
 * org.anonymouscloud.client.cli.plugin.PluginsCommand}. Knows nothing of a server's settings: where
 * a server's plugins are is said to it by a {@link
 * org.anonymouscloud.client.cli.plugin.PluginPlace}.
 */
@NullMarked
package org.anonymouscloud.client.cli.plugin;

import org.jspecify.annotations.NullMarked;
