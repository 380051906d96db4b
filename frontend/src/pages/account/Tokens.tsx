import {
  ActionIcon,
  Badge,
  Code,
  Group,
  Skeleton,
  Table,
  Text,
  Tooltip,
  VisuallyHidden,
} from "@mantine/core";
import { modals } from "@mantine/modals";
import { IconTrash } from "@tabler/icons-react";
import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { allProjectsQuery } from "@/api/projects";
import { deleteToken, tokensQuery } from "@/api/session";
import type { Token } from "@/api/types";
import { ErrorState } from "@/components/ErrorState";
import { formatAgo, formatMoment } from "@/components/format";
import { Section } from "@/components/Section";
import { NewToken } from "./NewToken";
import { reachWords } from "./token-form";

export function Tokens() {
  const tokens = useQuery(tokensQuery);
  return (
    <Section
      title="Tokens"
      description="For programs that use the API in your name. Each is shown once, when it is made."
    >
      {tokens.isPending && <Skeleton height={72} mb="md" />}
      {tokens.error && <ErrorState error={tokens.error} onRetry={() => tokens.refetch()} />}
      {tokens.data && tokens.data.length > 0 && (
        <Table mb="md" horizontalSpacing={0} aria-label="Tokens">
          <Table.Thead>
            <Table.Tr>
              <Table.Th>Name</Table.Th>
              <Table.Th>Projects</Table.Th>
              <Table.Th>Token</Table.Th>
              <Table.Th>Expires</Table.Th>
              <Table.Th>Last used</Table.Th>
              <Table.Th w={28}>
                <VisuallyHidden>Actions</VisuallyHidden>
              </Table.Th>
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tokens.data.map((token) => (
              <TokenRow key={token.id} token={token} />
            ))}
          </Table.Tbody>
        </Table>
      )}
      {tokens.data?.length === 0 && (
        <Text size="sm" c="dimmed" mb="md">
          No token yet.
        </Text>
      )}
      <NewToken />
    </Section>
  );
}

function TokenRow({ token }: { token: Token }) {
  const queries = useQueryClient();
  const { data: projects } = useQuery(allProjectsQuery);
  const remove = useMutation({
    mutationFn: () => deleteToken(token.id),
    onSuccess: () => queries.invalidateQueries(tokensQuery),
  });
  const ask = () =>
    modals.openConfirmModal({
      title: `Revoke ${token.name}?`,
      children: (
        <Text size="sm">
          Programs that use it are refused from now on. A revoked token cannot be brought back: they
          need a new one.
        </Text>
      ),
      labels: { confirm: "Revoke the token", cancel: "Keep it" },
      confirmProps: { color: "red" },
      onConfirm: () => remove.mutate(),
    });
  const isExpired = new Date(token.expires_at).getTime() < Date.now();
  return (
    <Table.Tr>
      <Table.Td pr="md">
        <Group gap={6}>
          {token.name}
          <Badge color="gray">{token.scope === "read" ? "Read" : "Read and write"}</Badge>
        </Group>
      </Table.Td>
      <Table.Td pr="md" style={{ overflowWrap: "anywhere" }}>
        {reachWords(token.projects, projects)}
      </Table.Td>
      <Table.Td>
        <Code>{token.prefix}…</Code>
      </Table.Td>
      <Table.Td title={formatMoment(token.expires_at)}>
        {isExpired ? <Badge color="orange">Expired</Badge> : formatAgo(token.expires_at)}
      </Table.Td>
      <Table.Td>{token.last_used_at ? formatAgo(token.last_used_at) : "Never"}</Table.Td>
      <Table.Td>
        <Tooltip label="Revoke">
          <ActionIcon aria-label={`Revoke ${token.name}`} onClick={ask} loading={remove.isPending}>
            <IconTrash size={16} aria-hidden />
          </ActionIcon>
        </Tooltip>
      </Table.Td>
    </Table.Tr>
  );
}
