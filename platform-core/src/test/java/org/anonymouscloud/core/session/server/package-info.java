/** Tests of the session with a server at its other end. */
@NullMarked
package org.anonymouscloud.core.session.server;

import org.jspecify.annotations.NullMarked;
