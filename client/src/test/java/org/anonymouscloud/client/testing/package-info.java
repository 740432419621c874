/**
 * What a plugin is tested with, by its author too: a real server and real agents in the process of
 * the test, with the plugin in them. Start with {@link
 * org.anonymouscloud.client.testing.TestCloud}. Knows no plugin, and no database by name.
 */
@NullMarked
package org.anonymouscloud.client.testing;

import org.jspecify.annotations.NullMarked;
