@NullMarked
package org.anonymouscloud.core.account.client.records;

import org.jspecify.annotations.NullMarked;
