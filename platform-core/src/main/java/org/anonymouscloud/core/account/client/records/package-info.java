/**
 * The records that features keep on a device, in one sealed file, and the mark by which an old copy
 * of it is noticed (docs/formats/account.md). Start with {@link
 * org.anonymouscloud.core.account.client.records.DeviceRecords}. Knows no server: who calls it
 * brings the {@link org.anonymouscloud.core.account.client.records.MarkKeeper}.
 */
@NullMarked
package org.anonymouscloud.core.account.client.records;

import org.jspecify.annotations.NullMarked;
