import { failure } from '../../domain/failures.ts'
import { notServed, refused, withBareNothing, withItsBody, withNothing } from './not-served.ts'
import { isNotServed, serviceNotOpen } from './service-not-open.ts'

const presenceNotOpen = failure('service open exception', 'the app not open presence', isNotServed)

/** Calls of clients about users beside chat rooms: lists are empty, what would be stored is refused. */
export const aroundUsers = [
  notServed(
    { en: 'Lists of conversations', zh: '会话列表' },
    withNothing(
      { channel_infos: [] },
      {
        listConversations: 'GET /users/:username/user_channels',
        listConversationPages: 'GET /users/:username/user_channels/page',
      },
    ),
    withNothing(
      { channel_infos: [], cursor: '' },
      { listConversationsByCursor: 'GET /sdk/user/:username/user_channels/list' },
    ),
    withNothing(
      { result: 'ok' },
      {
        deleteConversation: 'DELETE /user/:username/user_channel',
        deleteConversationOfUser: 'DELETE /users/:username/user_channel',
      },
    ),
    refused(serviceNotOpen, {
      keepConversationOnTop: 'POST /sdk/user/:username/user_channel/top',
      releaseConversation: 'DELETE /sdk/user/:username/user_channel/top',
      markConversations: 'POST /sdk/user/:username/user_channels/mark',
      unmarkConversations: 'DELETE /sdk/user/:username/user_channels/mark',
      searchMarkedConversations: 'GET /sdk/user/:username/user_channels/mark/search',
    }),
  ),
  notServed(
    { en: 'Contacts and block lists of users', zh: '联系人和用户黑名单' },
    withNothing([], {
      listContacts: 'GET /users/:username/contacts/users',
      listUsersBlockedByUser: 'GET /users/:username/blocks/users',
    }),
    withNothing({ contacts: [], cursor: '' }, { listContactsByCursor: 'GET /users/:username/contacts' }),
    withNothing({ version: '' }, { getContactsVersion: 'GET /user/:username/roster/metadata/version' }),
    refused(serviceNotOpen, {
      askContact: 'POST /users/:username/contacts/apply',
      addContact: 'POST /users/:username/contacts/users/:peer',
      remarkContact: 'PUT /users/:username/contacts/users/:peer',
      removeContact: 'DELETE /users/:username/contacts/users/:peer',
      acceptContact: 'POST /users/:username/contacts/accept/users/:peer',
      declineContact: 'POST /users/:username/contacts/decline/users/:peer',
      blockForUser: 'POST /users/:username/blocks/users',
      unblockForUser: 'DELETE /users/:username/blocks/users/:peer',
      blockContacts: 'POST /sdk/user/:username/blocks',
      unblockContacts: 'DELETE /sdk/user/:username/blocks',
    }),
  ),
  notServed(
    { en: "Subscriptions to users' attributes", zh: '用户属性订阅' },
    refused(serviceNotOpen, {
      subscribeUserAttributes: 'POST /user/:username/metadata/subscription',
      unsubscribeUserAttributes: 'DELETE /user/:username/metadata/subscription',
      listUserAttributeSubscriptions: 'GET /user/:username/metadata/subscription',
    }),
  ),
  notServed(
    { en: 'Presence', zh: '在线状态订阅' },
    withBareNothing(
      { result: [] },
      {
        subscribePresence: 'POST /users/:username/presence/:expiry',
        getPresence: 'POST /users/:username/presence',
      },
    ),
    withBareNothing({ result: 'ok' }, { unsubscribePresence: 'DELETE /users/:username/presence' }),
    withBareNothing(
      { result: { totalnum: 0, sublist: [] } },
      { listPresenceSubscriptions: 'GET /users/:username/presence/sublist' },
    ),
    refused(presenceNotOpen, { publishPresence: 'POST /users/:username/presence/:resource/:place' }),
  ),
  notServed(
    { en: 'Push notifications', zh: '离线推送' },
    withNothing({}, { getNotificationSettings: 'GET /users/:username/notification/:kind/:peer' }),
    withNothing(
      { user: {}, group: {} },
      { getManyNotificationSettings: 'GET /users/:username/notification' },
    ),
    withNothing([], { listMutedConversations: 'GET /users/:username/notification/mute/type' }),
    withNothing({ language: '' }, { getNotificationLanguage: 'GET /users/:username/notification/language' }),
    withItsBody({
      setNotificationSettings: 'PUT /users/:username/notification/:kind/:peer',
      setNotificationLanguage: 'PUT /users/:username/notification/language',
    }),
  ),
  notServed(
    { en: 'Groups', zh: '群组' },
    withNothing([], { listJoinedGroups: 'GET /users/:username/joined_chatgroups' }),
    refused(serviceNotOpen, {
      listGroups: 'GET /chatgroups',
      createGroup: 'POST /chatgroups',
      getGroup: 'GET /chatgroups/:group_id',
      changeGroup: 'PUT /chatgroups/:group_id',
      dissolveGroup: 'DELETE /chatgroups/:group_id',
      readGroupPart: 'GET /chatgroups/:group_id/:part',
      addToGroup: 'POST /chatgroups/:group_id/:part',
      removeFromGroup: 'DELETE /chatgroups/:group_id/:part',
      readGroupEntry: 'GET /chatgroups/:group_id/:part/:entry',
      addGroupEntry: 'POST /chatgroups/:group_id/:part/:entry',
      removeGroupEntry: 'DELETE /chatgroups/:group_id/:part/:entry',
      readGroupUser: 'GET /chatgroups/:group_id/:part/users/:username',
      addGroupUser: 'POST /chatgroups/:group_id/:part/users/:username',
      removeGroupUser: 'DELETE /chatgroups/:group_id/:part/users/:username',
      getGroupMemberAttributes: 'GET /metadata/chatgroup/:group_id/user/:username',
      setGroupMemberAttributes: 'PUT /metadata/chatgroup/:group_id/user/:username',
      getManyGroupMemberAttributes: 'POST /metadata/chatgroup/:group_id/get',
      setOwnGroupAttributes: 'PUT /sdk/metadata/chatgroup/:group_id/user/:username',
      readGroupAttributes: 'POST /sdk/metadata/chatgroup/:group_id/get',
      isMutedInGroup: 'GET /sdk/chatgroups/:group_id/mute/:username',
      listPublicGroups: 'GET /publicchatgroups',
      sendGroupMessage: 'POST /messages/chatgroups',
      sendDirectedGroupMessage: 'POST /messages/chatgroups/users',
    }),
  ),
  notServed(
    { en: 'Calls (RTC) and logs of clients', zh: '音视频通话（RTC）和客户端日志' },
    refused(serviceNotOpen, {
      getRtcToken: 'GET /users/:username/token/rtc',
      mapRtcUsers: 'POST /rtc_mapper/batch/get',
      uploadClientLogs: 'POST /sdk/users/:username/client/logs',
    }),
  ),
]
