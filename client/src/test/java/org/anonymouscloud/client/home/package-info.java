@NullMarked
package org.anonymouscloud.client.home;

import org.jspecify.annotations.NullMarked;
