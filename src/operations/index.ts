import { addAdmin } from './admins/add-admin.ts'
import { listAdmins } from './admins/list-admins.ts'
import { removeAdmin } from './admins/remove-admin.ts'
import { allowMember } from './allow-list/allow-member.ts'
import { allowMembers } from './allow-list/allow-members.ts'
import { disallowMembers } from './allow-list/disallow-members.ts'
import { isAllowed } from './allow-list/is-allowed.ts'
import { listAllowed } from './allow-list/list-allowed.ts'
import { getAnnouncement } from './announcement/get-announcement.ts'
import { setAnnouncement } from './announcement/set-announcement.ts'
import { getUserMutes } from './app-mutes/get-user-mutes.ts'
import { listMutedUsers } from './app-mutes/list-muted-users.ts'
import { muteUser } from './app-mutes/mute-user.ts'
import { endPreviousSecret, getAppSecrets, removeSecretThatIsOver, rotateSecret } from './apps/app-secrets.ts'
import { ofOperators } from './apps/of-operators.ts'
import { deleteAttachment } from './attachments/delete-attachment.ts'
import { downloadAttachment } from './attachments/download-attachment.ts'
import { warnOfSpace } from './attachments/sender.ts'
import { uploadAttachment } from './attachments/upload-attachment.ts'
import { getAttributes } from './attributes/get-attributes.ts'
import { forceRemoveAttributes, removeAttributes } from './attributes/remove-attributes.ts'
import { forceAttributes, setAttributes } from './attributes/set-attributes.ts'
import { listAudit, listRoomAudit } from './audit/list-audit.ts'
import { pruneAudit } from './audit/prune-audit.ts'
import { banMembers, listBans } from './block-list/bans.ts'
import { blockUser } from './block-list/block-user.ts'
import { blockUsers } from './block-list/block-users.ts'
import { listBlocked } from './block-list/list-blocked.ts'
import { unblockUsers } from './block-list/unblock-users.ts'
import { bulkOperations } from './bulk/index.ts'
import { callbackOperations } from './callbacks/index.ts'
import { mendFindings, recordDoctorRun } from './doctor/mend-findings.ts'
import { pruneRecordedRooms, recordMessages } from './events/record-messages.ts'
import { streamEvents } from './events/stream-events.ts'
import { explain } from './explain/explain.ts'
import { getHistory } from './history/get-history.ts'
import { countHistoryFiles, downloadHistoryFile, getHistoryFiles } from './history/hourly-files.ts'
import { listMessages } from './history/list-messages.ts'
import {
  recordRemoval,
  removeAllHistory,
  removeHistory,
  removeHistoryBefore,
} from './history/remove-history.ts'
import { checkText } from './keywords/check-text.ts'
import {
  changeKeywordList,
  createKeywordList,
  deleteKeywordList,
  getKeywordList,
  listKeywordLists,
} from './keywords/keyword-lists.ts'
import { addKeywords, listKeywords, removeKeywords } from './keywords/keywords.ts'
import { recordModerated } from './keywords/record-moderated.ts'
import { replaceKeywords, uploadKeywords } from './keywords/upload-keywords.ts'
import { getLifecycle, setLifecycle } from './lifecycle/lifecycle.ts'
import { holdLifecycleJob, releaseLifecycleJob } from './lifecycle/lifecycle-job.ts'
import { lookAfterRoom } from './lifecycle/look-after-room.ts'
import { previewEndings } from './lifecycle/preview-endings.ts'
import { addMember } from './members/add-member.ts'
import { addMembers } from './members/add-members.ts'
import { joinRoom, leaveRoom } from './members/join-room.ts'
import { listMembers } from './members/list-members.ts'
import { removeMembers } from './members/remove-members.ts'
import { broadcastToRooms, countBroadcast } from './messages/broadcast-to-rooms.ts'
import { deleteMessage, deleteMessagesOf, recordDeleted } from './messages/delete-messages.ts'
import { countUserMessages } from './messages/message-fields.ts'
import { recallMessage, recallMessages, recallMessagesOneByOne } from './messages/recall-messages.ts'
import { sendMessage } from './messages/send-message.ts'
import { sendDirectedMessage, sendRoomMessage } from './messages/send-room-message.ts'
import { sendUserMessage } from './messages/send-user-message.ts'
import { pruneMessages, storeMessages } from './messages/store-messages.ts'
import { muteOperations } from './mutes/index.ts'
import { renewNode, startNode, stopNode } from './nodes/node-leases.ts'
import { arrive, depart, endConnections, leaveOffline } from './nodes/presence.ts'
import { everythingNotServed } from './not-served/index.ts'
import type { Operation, WriteOperation } from './operation.ts'
import { operatorWrites } from './operators/operators.ts'
import { hasRights } from './permissions.ts'
import { listPinnedMessages, pinMessage, storePin, unpinMessage } from './pins/pins.ts'
import { getQuotas } from './quotas/get-quotas.ts'
import { warnOfQuotas } from './quotas/warn-of-quotas.ts'
import { decideReport } from './reports/decide-report.ts'
import { getReport } from './reports/get-report.ts'
import { listReports } from './reports/list-reports.ts'
import { reportMessage } from './reports/report-message.ts'
import { retryOperations } from './retries/retries.ts'
import { deleteRoomFile, downloadRoomFile, listRoomFiles, removeRoomFile } from './room-files/room-files.ts'
import { addRoomFile, uploadRoomFile } from './room-files/upload-room-file.ts'
import { changeRoom } from './rooms/change-room.ts'
import { createRoom } from './rooms/create-room.ts'
import { disableRoom, enableRoom } from './rooms/disable-room.ts'
import { dissolveRoom } from './rooms/dissolve-room.ts'
import { listDissolvedRooms, pruneDissolvedRooms, restoreRoom } from './rooms/dissolved-rooms.ts'
import { getRooms } from './rooms/get-rooms.ts'
import { listJoinedRooms } from './rooms/list-joined-rooms.ts'
import { listRooms } from './rooms/list-rooms.ts'
import { getSlowMode, setSlowMode } from './rooms/slow-mode.ts'
import { touchRooms } from './rooms/touch-rooms.ts'
import { transferRoom } from './rooms/transfer-room.ts'
import { addSuperAdmin } from './super-admins/add-super-admin.ts'
import { listSuperAdmins } from './super-admins/list-super-admins.ts'
import { removeSuperAdmin } from './super-admins/remove-super-admin.ts'
import { issueToken } from './tokens/issue-token.ts'
import { getTokenExpiry } from './tokens/token-expiry.ts'
import { deleteUserAttributes } from './user-attributes/delete-user-attributes.ts'
import {
  getUserAttributes,
  getUserAttributesCapacity,
  getUsersAttributes,
} from './user-attributes/get-user-attributes.ts'
import { setUserAttributes } from './user-attributes/set-user-attributes.ts'
import { activateUser, deactivateUser } from './users/activate-user.ts'
import { changePassword } from './users/change-password.ts'
import { continueDeletion } from './users/continue-deletion.ts'
import { deleteUser, deleteUsers } from './users/delete-users.ts'
import { disconnectDevice, listDevices } from './users/devices.ts'
import { disconnectUser } from './users/disconnect-user.ts'
import { getUser } from './users/get-user.ts'
import { listUsers } from './users/list-users.ts'
import { countOfflineMessages, getOfflineMessageStatus } from './users/offline-messages.ts'
import { deletionPreview } from './users/preview-deletion.ts'
import { registerUsers } from './users/register-users.ts'
import { setNickname, setNicknames } from './users/set-nickname.ts'
import { getUserStatus, getUsersStatus } from './users/user-status.ts'

/** Every operation of the API: routes, documents, permissions and tests derive from this list. */
export const all: readonly Operation[] = [
  addAdmin,
  listAdmins,
  removeAdmin,
  allowMember,
  allowMembers,
  disallowMembers,
  isAllowed,
  listAllowed,
  getAnnouncement,
  setAnnouncement,
  getAppSecrets,
  endPreviousSecret,
  rotateSecret,
  ...ofOperators,
  removeSecretThatIsOver,
  deleteAttachment,
  downloadAttachment,
  uploadAttachment,
  warnOfSpace,
  getAttributes,
  removeAttributes,
  forceRemoveAttributes,
  setAttributes,
  forceAttributes,
  listAudit,
  streamEvents,
  getQuotas,
  warnOfQuotas,
  mendFindings,
  recordDoctorRun,
  recordMessages,
  pruneRecordedRooms,
  listRoomAudit,
  pruneAudit,
  storeMessages,
  pruneMessages,
  banMembers,
  listBans,
  blockUser,
  blockUsers,
  listBlocked,
  unblockUsers,
  ...bulkOperations,
  ...callbackOperations,
  checkText,
  createKeywordList,
  listKeywordLists,
  getKeywordList,
  changeKeywordList,
  deleteKeywordList,
  listKeywords,
  addKeywords,
  removeKeywords,
  uploadKeywords,
  replaceKeywords,
  recordModerated,
  recordRemoval,
  countHistoryFiles,
  addMember,
  addMembers,
  joinRoom,
  leaveRoom,
  listMembers,
  removeMembers,
  sendRoomMessage,
  sendDirectedMessage,
  broadcastToRooms,
  countBroadcast,
  countUserMessages,
  sendMessage,
  deleteMessage,
  deleteMessagesOf,
  recordDeleted,
  recallMessage,
  recallMessages,
  recallMessagesOneByOne,
  getHistory,
  removeHistory,
  removeHistoryBefore,
  removeAllHistory,
  listMessages,
  getHistoryFiles,
  downloadHistoryFile,
  storePin,
  pinMessage,
  unpinMessage,
  listPinnedMessages,
  sendUserMessage,
  muteUser,
  listMutedUsers,
  getUserMutes,
  ...muteOperations,
  startNode,
  renewNode,
  stopNode,
  arrive,
  depart,
  leaveOffline,
  endConnections,
  reportMessage,
  listReports,
  decideReport,
  getReport,
  deleteRoomFile,
  downloadRoomFile,
  listRoomFiles,
  removeRoomFile,
  addRoomFile,
  uploadRoomFile,
  changeRoom,
  createRoom,
  disableRoom,
  enableRoom,
  dissolveRoom,
  listDissolvedRooms,
  restoreRoom,
  pruneDissolvedRooms,
  getRooms,
  listJoinedRooms,
  listRooms,
  getLifecycle,
  setLifecycle,
  previewEndings,
  lookAfterRoom,
  holdLifecycleJob,
  releaseLifecycleJob,
  getSlowMode,
  setSlowMode,
  touchRooms,
  transferRoom,
  addSuperAdmin,
  listSuperAdmins,
  removeSuperAdmin,
  issueToken,
  getTokenExpiry,
  deleteUserAttributes,
  getUserAttributes,
  getUsersAttributes,
  getUserAttributesCapacity,
  setUserAttributes,
  activateUser,
  deactivateUser,
  changePassword,
  deleteUser,
  deleteUsers,
  continueDeletion,
  ...deletionPreview,
  disconnectDevice,
  listDevices,
  disconnectUser,
  getUser,
  listUsers,
  countOfflineMessages,
  getOfflineMessageStatus,
  registerUsers,
  setNickname,
  setNicknames,
  getUserStatus,
  getUsersStatus,
  explain,
  ...retryOperations,
  ...operatorWrites,
  ...everythingNotServed.flatMap(({ operations }) => operations),
]

const writes = new Map(all.filter((each) => each.kind === 'write').map((each) => [each.id, each]))

/** The write of this name. */
export const writeOf = (id: string): WriteOperation | undefined => writes.get(id)

/** Operations with rights of their own. */
export const withRights = all.filter(hasRights)
