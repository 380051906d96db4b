import { ActionIcon, Group, Select, Text, Tooltip } from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconUserMinus } from "@tabler/icons-react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { membersQuery, projectQuery, removeMember, setMember } from "@/api/projects";
import type { Member, Role } from "@/api/types";
import { ROLES, roleName } from "@/components/roles";
import { showUndo } from "@/components/undo";

interface Props {
  member: Member;
  project: number;
  isManager: boolean;
  isSelf: boolean;
  /** The only manager, whom the project cannot do without. */
  isIndispensable: boolean;
}

/** One member: their role, and the way out. What they made stays theirs. */
export function MemberRow({ member, project, isManager, isSelf, isIndispensable }: Props) {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { username, role } = member;
  const refresh = () => queries.invalidateQueries(membersQuery(project));

  const change = useMutation({
    mutationFn: (wanted: Role) => setMember(project, { username, role: wanted }),
    onSuccess: () => (isSelf ? queries.invalidateQueries(projectQuery(project)) : undefined),
    onSettled: refresh,
  });
  const remove = useMutation({
    mutationFn: () => removeMember(project, member.user),
    onSuccess: async () => {
      if (isSelf) {
        await navigate({ to: "/projects" });
        queries.removeQueries(projectQuery(project));
        await queries.invalidateQueries({ queryKey: ["projects"] });
        return;
      }
      showUndo(`${username} was removed from the project.`, async () => {
        await setMember(project, { username, role });
        await refresh();
      });
    },
    onSettled: () => (isSelf ? undefined : refresh()),
  });

  /** Only a manager could give oneself back what one gives up here. */
  const askFirst = (title: string, confirm: string, act: () => void) =>
    modals.openConfirmModal({
      title,
      children: <Text size="sm">Only another manager can give you this role back.</Text>,
      labels: { confirm, cancel: "Stay as I am" },
      confirmProps: { color: "red" },
      onConfirm: act,
    });
  const onRole = (wanted: Role) => {
    if (wanted === role) return;
    const act = () => change.mutate(wanted);
    if (isSelf) askFirst(`Become ${roleName(wanted).toLowerCase()} here?`, "Change my role", act);
    else act();
  };
  const onRemove = () => {
    const act = () => remove.mutate();
    if (isSelf) askFirst("Leave this project?", "Leave the project", act);
    else act();
  };

  const reason = isIndispensable ? "The only manager: name another one first" : null;
  return (
    <Group gap="xs" wrap="nowrap" role="listitem">
      <Text size="sm" fw={550} flex={1} truncate>
        {username}
        {isSelf && (
          <Text span inherit c="dimmed" fw={400}>
            {" "}
            (you)
          </Text>
        )}
      </Text>
      <Select
        w={130}
        size="xs"
        aria-label={`Role of ${username}`}
        allowDeselect={false}
        data={ROLES}
        value={change.isPending ? change.variables : role}
        disabled={!isManager || isIndispensable || change.isPending}
        onChange={(wanted) => wanted && onRole(wanted)}
      />
      {isManager && (
        <Tooltip label={reason ?? (isSelf ? "Leave the project" : "Remove from the project")}>
          <ActionIcon
            aria-label={isSelf ? "Leave the project" : `Remove ${username}`}
            aria-disabled={isIndispensable || undefined}
            style={isIndispensable ? { opacity: 0.4, cursor: "default" } : undefined}
            onClick={isIndispensable ? undefined : onRemove}
            loading={remove.isPending}
          >
            <IconUserMinus size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      )}
    </Group>
  );
}
