/**
 * What people keep and type: the emergency sheet, its account key and its recovery words
 * (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.sheet.EmergencySheet}. Knows no server and no folder.
 */
@NullMarked
package org.anonymouscloud.core.account.client.sheet;

import org.jspecify.annotations.NullMarked;
