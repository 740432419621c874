/**
 * What the program's two HTTP servers, the agent's and that of a server's metrics, have in common:
 * {@link org.anonymouscloud.core.http.OwnSite}. Knows neither of them, nor an HTTP library.
 */
@NullMarked
package org.anonymouscloud.core.http;

import org.jspecify.annotations.NullMarked;
