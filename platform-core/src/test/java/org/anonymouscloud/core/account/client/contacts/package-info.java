@NullMarked
package org.anonymouscloud.core.account.client.contacts;

import org.jspecify.annotations.NullMarked;
