/** Tests of the command line. */
@NullMarked
package org.anonymouscloud.client.cli;

import org.jspecify.annotations.NullMarked;
