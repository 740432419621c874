/** Tests of the plugin host. */
@NullMarked
package org.anonymouscloud.core.host;

import org.jspecify.annotations.NullMarked;
