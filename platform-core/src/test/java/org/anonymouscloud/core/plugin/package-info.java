/** What features are given by the core, as people see it. */
@NullMarked
package org.anonymouscloud.core.plugin;

import org.jspecify.annotations.NullMarked;
