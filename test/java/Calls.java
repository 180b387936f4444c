import com.easemob.im.server.EMProperties;
import com.easemob.im.server.EMService;
import com.easemob.im.server.api.message.recall.RecallMessageSource;
import com.easemob.im.server.api.metadata.chatroom.AutoDelete;
import com.easemob.im.server.api.mute.mute.MuteUserRequest;
import com.easemob.im.server.api.push.displaystyle.set.DisplayStyle;
import com.easemob.im.server.api.token.TokenApi;
import com.easemob.im.server.api.token.allocate.UserTokenRequest;
import com.easemob.im.server.model.EMAttachment;
import com.easemob.im.server.model.EMConversationType;
import com.easemob.im.server.model.EMKeyValue;
import com.easemob.im.server.model.EMMessage;
import com.easemob.im.server.model.EMNotificationType;
import com.easemob.im.server.model.EMSentMessageIds;
import com.easemob.im.server.model.EMTextMessage;
import com.easemob.im.server.model.EMUser;
import com.easemob.im.shaded.reactor.core.publisher.Flux;
import com.easemob.im.shaded.reactor.core.publisher.Mono;
import com.fasterxml.jackson.annotation.JsonAutoDetect.Visibility;
import com.fasterxml.jackson.annotation.PropertyAccessor;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Makes every call of the Java server SDK, and prints one JSON line for each:
 * {"call", "result"} or {"call", "error"}. The user erin is there before, and hears the messages.
 * The last line is {"methods"}: the names of all calls that the SDK has.
 * Arguments: base URL, app key, client id, client secret, app id, app certificate, an empty directory.
 */
public class Calls {
    private static final ObjectMapper JSON = new ObjectMapper()
            .setVisibility(PropertyAccessor.ALL, Visibility.NONE)
            .setVisibility(PropertyAccessor.FIELD, Visibility.ANY)
            .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
            .registerModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addSerializer(Path.class, ToStringSerializer.instance));

    private final EMService service;
    private final Path dir;

    private Calls(EMService service, Path dir) {
        this.service = service;
        this.dir = dir;
    }

    public static void main(String[] args) throws Exception {
        Path dir = Path.of(args[6]);
        EMProperties.Builder easemob = EMProperties.builder().setRealm(EMProperties.Realm.EASEMOB_REALM)
                .setBaseUri(args[0]).setAppkey(args[1]).setClientId(args[2]).setClientSecret(args[3]);
        Calls calls = new Calls(new EMService(easemob.build()), dir);
        calls.users();
        calls.tokens();
        calls.rooms();
        calls.blocksAndMutes();
        calls.messages();
        calls.attachments();
        calls.metadata();
        calls.push();
        calls.notServed();
        calls.deletions();
        EMProperties.Builder agora = EMProperties.builder().setRealm(EMProperties.Realm.AGORA_REALM)
                .setBaseUri(args[0]).setAppkey(args[1]).setAppId(args[4]).setAppCert(args[5]);
        new Calls(new EMService(agora.build()), dir).agora();
        print(Map.of("methods", methods()));
        // Threads of the HTTP client would keep the process.
        System.exit(0);
    }

    /** The names of all calls of the SDK, as "room.getRoom". */
    private static Set<String> methods() {
        Set<String> names = new TreeSet<>();
        for (Method api : EMService.class.getDeclaredMethods()) {
            if (!Modifier.isPublic(api.getModifiers()) || api.getName().equals("getContext")) continue;
            for (Method call : api.getReturnType().getDeclaredMethods()) {
                if (Modifier.isPublic(call.getModifiers())) names.add(api.getName() + "." + call.getName());
            }
        }
        return names;
    }

    private void users() {
        did("user.create", service.user().create("alice", "secret-of-alice"));
        for (String name : List.of("bob", "carol", "dora")) {
            did("user.create " + name, service.user().create(name, "secret-of-" + name));
        }
        did("user.create again", service.user().create("alice", "secret-of-alice"));
        did("user.get", service.user().get("alice"));
        did("user.get unknown", service.user().get("nobody"));
        did("user.listUsers", service.user().listUsers(2, null));
        did("user.listAllUsers", service.user().listAllUsers());
        did("user.updateUserPassword", service.user().updateUserPassword("alice", "another-secret"));
        did("user.forceLogoutAllDevices", service.user().forceLogoutAllDevices("alice"));
        did("user.forceLogoutOneDevice", service.user().forceLogoutOneDevice("alice", "web_1"));
        did("user.isUserOnline", service.user().isUserOnline("alice"));
        did("user.isUsersOnline", service.user().isUsersOnline(List.of("alice", "erin")));
    }

    private void tokens() {
        did("user.getToken", service.user().getToken("alice", "another-secret"));
        did("token.getAppToken", service.token().getAppToken());
        did("token.fetchUserTokenWithEasemobRealm", TokenApi.fetchUserTokenWithEasemobRealm(
                service.getContext(), UserTokenRequest.of("alice", "another-secret")));
        did("token.getUserToken", Mono.fromCallable(() ->
                service.token().getUserToken(new EMUser("alice", true), null, null, "another-secret")));
        did("token.getUserTokenWithInherit", Mono.fromCallable(() -> service.token().getUserTokenWithInherit("alice")));
    }

    private String room;

    private void rooms() {
        did("room.promoteRoomSuperAdmin", service.room().promoteRoomSuperAdmin("alice"));
        did("room.listRoomSuperAdminsAll", service.room().listRoomSuperAdminsAll());
        room = did("room.createRoom", service.room().createRoom("night owls", "late talk", "alice", List.of("bob"), 300, "custom", false));
        did("room.getRoom", service.room().getRoom(room));
        did("room.getRoom unknown", service.room().getRoom("1"));
        did("room.updateRoom", service.room().updateRoom(room, change -> change
                .withName("early birds").withDescription("morning talk").withMaxMembers(200).withCustom("other").withNeedVerify(false)));
        did("room.listRoomsAll", service.room().listRoomsAll());
        did("room.listRooms", service.room().listRooms(1, null));
        did("room.listRoomsUserJoined", service.room().listRoomsUserJoined("bob"));
        did("room.addRoomMember", service.room().addRoomMember(room, "carol"));
        did("room.addRoomMember dora", service.room().addRoomMember(room, "dora"));
        did("room.addRoomMember unknown", service.room().addRoomMember(room, "nobody"));
        did("room.listRoomMembersAll", service.room().listRoomMembersAll(room));
        did("room.listRoomMembersAll sorted", service.room().listRoomMembersAll(room, "asc"));
        did("room.listRoomMembersAllWithOwner", service.room().listRoomMembersAllWithOwner(room));
        did("room.listRoomMembers", service.room().listRoomMembers(room, 2, null));
        did("room.listRoomMembers sorted", service.room().listRoomMembers(room, 2, null, "asc"));
        did("room.listRoomMembersWithOwner", service.room().listRoomMembersWithOwner(room, 1, 2));
        did("room.removeRoomMember", service.room().removeRoomMember(room, "dora"));
        did("room.removeRoomMember outside", service.room().removeRoomMember(room, "dora"));
        did("room.promoteRoomAdmin", service.room().promoteRoomAdmin(room, "bob"));
        did("room.listRoomAdminsAll", service.room().listRoomAdminsAll(room));
        did("room.demoteRoomAdmin", service.room().demoteRoomAdmin(room, "bob"));
        did("room.updateRoomAnnouncement", service.room().updateRoomAnnouncement(room, "welcome"));
        did("room.getRoomAnnouncement", service.room().getRoomAnnouncement(room));
        did("room.assignRoom", service.room().assignRoom(room, "carol"));
        did("room.getRoom assigned", service.room().getRoom(room));
    }

    private void blocksAndMutes() {
        did("block.blockUserSendMsgToRoom", service.block().blockUserSendMsgToRoom("bob", room, Duration.ofHours(1)));
        did("block.listUsersBlockedSendMsgToRoom", service.block().listUsersBlockedSendMsgToRoom(room));
        did("block.unblockUserSendMsgToRoom", service.block().unblockUserSendMsgToRoom("bob", room));
        did("block.blockAllUserSendMsgToRoom", service.block().blockAllUserSendMsgToRoom(room));
        did("block.unblockAllUserSendMsgToRoom", service.block().unblockAllUserSendMsgToRoom(room));
        did("block.blockUserJoinRoom", service.block().blockUserJoinRoom("bob", room));
        did("block.getUsersBlockedJoinRoom", service.block().getUsersBlockedJoinRoom(room));
        did("block.unblockUserJoinRoom", service.block().unblockUserJoinRoom("bob", room));
        did("block.blockUserLogin", service.block().blockUserLogin("bob"));
        did("block.unblockUserLogin", service.block().unblockUserLogin("bob"));
        did("mute.muteUser", service.mute().muteUser(MuteUserRequest.builder().username("bob").chat(60).groupChat(70).chatroom(80).build()));
        did("mute.detail", service.mute().detail("bob"));
        did("mute.muteList", service.mute().muteList());
        did("room.addRoomMember bob again", service.room().addRoomMember(room, "bob"));
    }

    private void messages() {
        did("room.addRoomMember erin", service.room().addRoomMember(room, "erin"));
        for (String type : List.of("text", "image", "voice", "video", "location", "file", "command", "custom")) {
            did("message.send " + type + " to a room", sendSpec(type).send());
        }
        did("message.sendWithoutMsgId", service.message().send().fromUser("alice").toRoom(room)
                .text(message -> message.text("hello")).sendWithoutMsgId());
        EMMessage hello = new EMTextMessage().text("hello");
        Set<EMKeyValue> extensions = new HashSet<>(Arrays.asList(EMKeyValue.of("level", 7), EMKeyValue.of("vip", true), EMKeyValue.of("badge", "gold")));
        Set<String> rooms = Collections.singleton(room);
        EMSentMessageIds sent = did("message.send", service.message().send("alice", "chatrooms", rooms, hello, extensions));
        did("message.sendMessageToLargeChatroom", service.message().sendMessageToLargeChatroom("alice", rooms, hello, extensions));
        did("message.sendMessageToSmallChatroom", service.message().sendMessageToSmallChatroom("alice", rooms, hello, extensions));
        did("message.send to a user", service.message().send("alice", "users", Collections.singleton("bob"), hello, extensions, "ROUTE_ONLINE", true));
        did("message.recallMessage", service.message().recallMessage(List.of(
                new RecallMessageSource(sent == null ? "1" : sent.getMessageIdsByEntityId().get(room), "chatroom", "alice", room, true))));
        did("message.countMissedMessages", service.message().countMissedMessages("bob"));
        did("message.isMessageDeliveredToUser", service.message().isMessageDeliveredToUser("1", "bob"));
    }

    private com.easemob.im.server.api.message.send.SendMessage.SendSpec sendSpec(String type) {
        var to = service.message().send().fromUser("alice").toRoom(room);
        URI uri = URI.create("http://localhost/acme/lounge/chatfiles/8f3a1c90-0000-11ee-8000-000000000000");
        switch (type) {
            case "text": return to.text(message -> message.text("hello"));
            case "image": return to.image(message -> message.uri(uri).displayName("a.png").secret("s").bytes(5).width(3).height(4));
            case "voice": return to.voice(message -> message.uri(uri).displayName("a.amr").secret("s").bytes(5).duration(3));
            case "video": return to.video(message -> message.uri(uri).displayName("a.mp4").secret("s").bytes(5).duration(3).thumb("t").thumbSecret("s"));
            case "location": return to.location(message -> message.longitude(116.3).latitude(39.9).address("Beijing"));
            case "file": return to.file(message -> message.uri(uri).displayName("a.txt").secret("s").bytes(5));
            case "command": return to.command(message -> message.action("refresh").param("page", 2));
            default: return to.custom(message -> message.customEvent("gift").customExtension("rose", 9));
        }
    }

    private void attachments() throws Exception {
        Path file = Files.writeString(dir.resolve("hello.txt"), "hello");
        EMAttachment uploaded = did("attachment.uploadFile", service.attachment().uploadFile(file));
        did("attachment.downloadFile", service.attachment()
                .downloadFile(uploaded == null ? "1" : uploaded.getId(), dir, "read.txt").map(Calls::textOf));
    }

    private void metadata() {
        did("metadata.setMetadataToUser", service.metadata().setMetadataToUser("alice", Map.of("nickname", "Alice & 爱丽丝")));
        did("metadata.getMetadataFromUser", service.metadata().getMetadataFromUser("alice"));
        did("metadata.getMetadataFromUsers", service.metadata().getMetadataFromUsers(List.of("alice", "bob"), List.of("nickname")));
        did("metadata.getUsage", service.metadata().getUsage());
        did("metadata.deleteMetadataFromUser", service.metadata().deleteMetadataFromUser("alice"));
        did("metadata.setChatRoomMetadata", service.metadata().setChatRoomMetadata("bob", room, Map.of("mood", "calm"), AutoDelete.DELETE));
        did("metadata.setChatRoomMetadata of another", service.metadata().setChatRoomMetadata("carol", room, Map.of("mood", "wild"), AutoDelete.DELETE));
        did("metadata.setChatRoomMetadataForced", service.metadata().setChatRoomMetadataForced("carol", room, Map.of("song", "blue"), AutoDelete.NO_DELETE));
        did("metadata.listChatRoomMetadata", service.metadata().listChatRoomMetadata(room, List.of("mood")));
        did("metadata.listChatRoomMetadataAll", service.metadata().listChatRoomMetadataAll(room));
        did("metadata.deleteChatRoomMetadata", service.metadata().deleteChatRoomMetadata("bob", room, List.of("mood")));
        did("metadata.deleteChatRoomMetadataForced", service.metadata().deleteChatRoomMetadataForced(room, List.of("song")));
    }

    private void push() {
        did("push.updateUserNickname", service.push().updateUserNickname("alice", "Alice"));
        did("push.setNotificationDisplayStyle", service.push().setNotificationDisplayStyle("alice", DisplayStyle.DETAILS));
        did("push.openNotificationNoDisturbing", service.push().openNotificationNoDisturbing("alice", 1, 2));
        did("push.closeNotificationNoDisturbing", service.push().closeNotificationNoDisturbing("alice"));
        did("push.offlineSetting", service.push()
                .offlineSetting("alice", EMConversationType.USER, "bob", EMNotificationType.NONE, "", 1000));
    }

    private void notServed() {
        EMMessage hello = new EMTextMessage().text("hello");
        did("message.getHistoryAsUri", service.message().getHistoryAsUri(Instant.parse("2026-01-01T00:00:00Z")));
        did("message.getHistoryAsLocalFile", service.message().getHistoryAsLocalFile(Instant.parse("2026-01-01T00:00:00Z"), dir, "history.gz"));
        did("message.deleteChannel", service.message().deleteChannel("alice", "bob", "chat", true));
        did("message.importChatMessage", service.message().importChatMessage("alice", "bob", hello, new HashSet<>(), true, 1767225600000L, true));
        did("message.importChatGroupMessage", service.message().importChatGroupMessage("alice", "1", hello, new HashSet<>(), true, 1767225600000L, true));
        did("message.importMessage", service.message().importMessage().from("alice").toUser("bob")
                .text(message -> message.text("hello")).importChatMessage());
        did("contact.list", service.contact().list("alice"));
        did("contact.add", service.contact().add("alice", "bob"));
        did("contact.remove", service.contact().remove("alice", "bob"));
        did("block.getUsersBlockedFromSendMsgToUser", service.block().getUsersBlockedFromSendMsgToUser("alice"));
        did("block.blockUserSendMsgToUser", service.block().blockUserSendMsgToUser("bob", "alice"));
        did("block.unblockUserSendMsgToUser", service.block().unblockUserSendMsgToUser("bob", "alice"));
        did("block.getUsersBlockedJoinGroup", service.block().getUsersBlockedJoinGroup("1"));
        did("block.blockUserJoinGroup", service.block().blockUserJoinGroup("bob", "1"));
        did("block.unblockUserJoinGroup", service.block().unblockUserJoinGroup("bob", "1"));
        did("block.getUsersBlockedSendMsgToGroup", service.block().getUsersBlockedSendMsgToGroup("1"));
        did("block.blockUserSendMsgToGroup", service.block().blockUserSendMsgToGroup("bob", "1", Duration.ofHours(1)));
        did("block.unblockUserSendMsgToGroup", service.block().unblockUserSendMsgToGroup("bob", "1"));
        did("moderation.export", service.moderation().export(1767225600000L, 1767229200000L, "chat", "txt", "PASS", ""));
        did("moderation.get", service.moderation().get(1, 10, "8f3a1c90"));
        did("moderation.download", service.moderation().download("8f3a1c90", dir, "record"));
        groups();
    }

    private void groups() {
        List<String> members = List.of("bob");
        did("group.createPublicGroup", service.group().createPublicGroup("alice", "name", "words", members, 200, false));
        did("group.createPrivateGroup", service.group().createPrivateGroup("alice", "name", "words", members, 200, false));
        did("group.listAllGroups", service.group().listAllGroups());
        did("group.listAllGroupsWithInfo", service.group().listAllGroupsWithInfo());
        did("group.listGroups", service.group().listGroups(10, null));
        did("group.listGroupsWithInfo", service.group().listGroupsWithInfo(10, null));
        did("group.listGroupsUserJoined", service.group().listGroupsUserJoined("alice"));
        did("group.listGroupsUserJoinedWithInfo", service.group().listGroupsUserJoinedWithInfo("alice", 0, 10));
        did("group.getGroup", service.group().getGroup("1"));
        did("group.updateGroup", service.group().updateGroup("1", change -> change.setMaxMembers(100)));
        did("group.updateGroupOwner", service.group().updateGroupOwner("1", "bob"));
        did("group.getGroupAnnouncement", service.group().getGroupAnnouncement("1"));
        did("group.updateGroupAnnouncement", service.group().updateGroupAnnouncement("1", "hello"));
        did("group.listAllGroupMembers", service.group().listAllGroupMembers("1"));
        did("group.listGroupMembers", service.group().listGroupMembers("1", 10, null));
        did("group.addGroupMember", service.group().addGroupMember("1", "bob"));
        did("group.addGroupMembers", service.group().addGroupMembers("1", members));
        did("group.removeGroupMember", service.group().removeGroupMember("1", "bob"));
        did("group.removeGroupMembers", service.group().removeGroupMembers("1", members));
        did("group.listGroupAdmins", service.group().listGroupAdmins("1"));
        did("group.addGroupAdmin", service.group().addGroupAdmin("1", "bob"));
        did("group.removeGroupAdmin", service.group().removeGroupAdmin("1", "bob"));
        did("group.assignGroup", service.group().assignGroup("1", "bob"));
        did("group.destroyGroup", service.group().destroyGroup("1"));
    }

    private void deletions() {
        did("room.destroyRoom", service.room().destroyRoom(room));
        did("room.destroyRoom again", service.room().destroyRoom(room));
        did("room.demoteRoomSuperAdmin", service.room().demoteRoomSuperAdmin("alice"));
        did("user.delete", service.user().delete("dora"));
    }

    private void agora() {
        did("agora user.get", service.user().get("alice"));
        did("agora token.getAppToken", service.token().getAppToken());
        did("agora token.getUserToken", Mono.fromCallable(() -> service.token()
                .getUserToken(service.user().get("alice").block(), 600, token -> { }, null)));
        did("user.deleteAll", service.user().deleteAll());
    }

    private static String textOf(Path file) {
        try {
            return Files.readString(file);
        } catch (java.io.IOException wrong) {
            return wrong.toString();
        }
    }

    /** Waits for a call, prints what came of it, and returns its result: null when it failed. */
    private static <T> T did(String name, Mono<T> call) {
        Map<String, Object> line = new LinkedHashMap<>();
        line.put("call", name);
        T result = null;
        try {
            result = call.block(Duration.ofSeconds(20));
            line.put("result", result);
        } catch (Throwable wrong) {
            line.put("error", wrong.getClass().getSimpleName() + ": " + wrong.getMessage());
        }
        print(line);
        return result;
    }

    private static <T> List<T> did(String name, Flux<T> call) {
        return did(name, call.collectList());
    }

    private static void print(Object line) {
        try {
            System.out.println(JSON.writeValueAsString(line));
        } catch (com.fasterxml.jackson.core.JsonProcessingException wrong) {
            throw new IllegalStateException(wrong);
        }
    }
}
