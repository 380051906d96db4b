import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { messageOf, ProblemError } from "@/api/problem";
import { createAccount, membersQuery, setMember } from "@/api/projects";
import type { Role } from "@/api/types";
import { ROLES, roleName } from "@/components/roles";
import { ShownOnce } from "@/components/ShownOnce";

/** Adds somebody by the name that they log in with; who has no account yet is given one. */
export function NewMember({ project, known }: { project: number; known: readonly string[] }) {
  const queries = useQueryClient();
  const [username, setUsername] = useState("");
  const [role, setRole] = useState<Role>("annotator");
  const [complaint, setComplaint] = useState("");
  const [unknown, setUnknown] = useState<string | null>(null); // nobody has this name yet
  const add = useMutation({
    mutationFn: (name: string) => setMember(project, { username: name, role }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      setUsername("");
      await queries.invalidateQueries(membersQuery(project));
    },
    onError: (error, name) => {
      setComplaint(messageOf(error));
      if (error instanceof ProblemError && error.code === "no_such_user") setUnknown(name);
    },
  });
  const make = useMutation({
    mutationFn: (name: string) => createAccount(project, { username: name, role }),
    meta: { shownInPlace: true },
    onSuccess: async () => {
      clear("");
      await queries.invalidateQueries(membersQuery(project));
    },
    onError: (error) => setComplaint(messageOf(error)),
  });
  const clear = (name: string): void => {
    setUsername(name);
    setComplaint("");
    setUnknown(null);
  };
  const submit = (event: FormEvent) => {
    event.preventDefault();
    const name = username.trim();
    if (name === "") setComplaint("Enter the name that they log in with.");
    else if (known.includes(name)) setComplaint(`${name} is a member already.`);
    else add.mutate(name);
  };

  return (
    <form onSubmit={submit}>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <TextInput
          flex={1}
          size="xs"
          aria-label="User name of the new member"
          placeholder="User name"
          value={username}
          error={complaint}
          onChange={(event) => clear(event.currentTarget.value)}
        />
        <Select
          w={130}
          size="xs"
          aria-label="Role of the new member"
          allowDeselect={false}
          data={ROLES}
          value={role}
          onChange={(value) => value && setRole(value)}
        />
        <Button
          type="submit"
          size="xs"
          variant="default"
          aria-label={`Add as ${roleName(role).toLowerCase()}`}
          loading={add.isPending}
        >
          Add
        </Button>
      </Group>
      {unknown !== null && (
        <Button
          mt="xs"
          size="compact-sm"
          variant="light"
          loading={make.isPending}
          onClick={() => make.mutate(unknown)}
        >
          Make an account for {unknown}
        </Button>
      )}
      {make.data && (
        <ShownOnce
          mt="sm"
          title={`Hand this password to ${make.data.username} now. It is not shown again.`}
          what="password"
          secret={make.data.password}
          onClose={make.reset}
        >
          <Text size="xs" mt={6}>
            They change it on the page of their account.
          </Text>
        </ShownOnce>
      )}
    </form>
  );
}
