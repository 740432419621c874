/** Tests of the server process. */
@NullMarked
package org.anonymouscloud.core.server;

import org.jspecify.annotations.NullMarked;
