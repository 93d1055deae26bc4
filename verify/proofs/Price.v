(* The exact price of the careful sweep: T = SUM w - n + 1 + N_minus; T <= 4L for + - * /, 5L with transfer functions.

   A circuit is a list of gates after n inputs; every operand stands before its gate. The careful sweep runs from the
   last gate to the first. The first contribution that an adjoint receives is a copy, each further one an addition; the
   seed is the literal 1; signs are free: an adjoint is a register and a sign, minus only if all its contributions came
   with a minus; an input that ends with a minus costs one negation. All of this is executed below, gate by gate, and
   counted.

   Proved here, for every circuit without a dead gate or a dead input:

     price   T + n = SUM w + 1 + N_minus, an equality, w being the weight of each kind of gate (see [weights])
     tight   T <= 4L - n + 1 + N_minus for + - * /, squares, constants and unary minus
     four    T <= 4L for the same, negations counted: if all weights are 4, some input ends without a minus
     five    T <= 5L with transfer functions of weight 5, if those whose contributions all carry a minus have 4
     met     x/y, and quotients of quotients, meet 4L

   Not proved: that merging equal gates, coefficients and what is known before the program runs (products with the
   literal 1, the seed) only save gates, which is why a program may be cheaper than price says; gates of parameters
   alone, 1 each; and anything about the Python code of this project. *)

Require Import List Arith Lia Bool.
Import ListNotations.

(* A gate, as far as its price goes: the active operands with the sign of each contribution (true is plus), and how many
   gates form all contributions together. *)
Record gate := Gate { slots : list (nat * bool); forming : nat }.

Definition add i j := Gate [(i, true); (j, true)] 0.
Definition sub i j := Gate [(i, true); (j, false)] 0.
Definition add_constant i := Gate [(i, true)] 0.                (* u + c, u - c *)
Definition constant_sub i := Gate [(i, false)] 0.               (* c - u *)
Definition mul i j := Gate [(i, true); (j, true)] 2.            (* w_bar * v, w_bar * u *)
Definition square i := Gate [(i, true)] 2.                      (* 2 * (w_bar * u) *)
Definition scale i := Gate [(i, true)] 1.                       (* c * u, u / c *)
Definition div i j := Gate [(i, true); (j, false)] 2.           (* t = w_bar / v; u gets t, v gets -(t * w) *)
Definition constant_div i := Gate [(i, false)] 2.               (* c / v: -(w_bar / v * w) *)
Definition neg i := Gate [(i, false)] 0.

(* The weight: the gate itself, what forms its contributions, an addition for each operand but one. *)
Definition w (g : gate) : nat := 1 + forming g + (length (slots g) - 1).

Inductive rational : gate -> Prop :=
  | Radd i j : rational (add i j) | Rsub i j : rational (sub i j)
  | Radd_constant i : rational (add_constant i) | Rconstant_sub i : rational (constant_sub i)
  | Rmul i j : rational (mul i j) | Rsquare i : rational (square i) | Rscale i : rational (scale i)
  | Rdiv i j : rational (div i j) | Rconstant_div i : rational (constant_div i) | Rneg i : rational (neg i).

Example weights :
  map w [add 0 1; sub 0 1; add_constant 0; constant_sub 0; mul 0 1; square 0; scale 0; div 0 1; constant_div 0; neg 0]
  = [2; 2; 1; 1; 4; 3; 2; 4; 3; 1].
Proof. reflexivity. Qed.

(* The sweep. An adjoint is Some sign once a contribution has arrived; beside the adjoints runs a count of additions. *)
Definition adjoints := nat -> option bool.
Definition set (s : adjoints) (v : nat) (b : bool) : adjoints := fun u => if u =? v then Some b else s u.

Definition receive (state : adjoints * nat) (slot : nat * bool) : adjoints * nat :=
  let (s, additions) := state in
  match s (fst slot) with
  | None => (set s (fst slot) (snd slot), additions)
  | Some b => (set s (fst slot) (b || snd slot), S additions)
  end.

Definition sign (s : adjoints) (k : nat) : bool := match s k with Some b => b | None => true end.

(* Minus times minus is plus. *)
Definition pull (k : nat) (g : gate) (state : adjoints * nat) : adjoints * nat :=
  fold_left receive (map (fun slot => (fst slot, eqb (sign (fst state) k) (snd slot))) (slots g)) state.

Fixpoint sweep (k : nat) (p : list gate) : adjoints * nat :=
  match p with
  | [] => (set (fun _ => None) (k - 1) true, 0)
  | g :: q => pull k g (sweep (S k) q)
  end.

(* What is counted. *)
Fixpoint sum (n : nat) (f : nat -> nat) : nat := match n with 0 => 0 | S m => sum m f + f m end.
Definition total (f : gate -> nat) (p : list gate) : nat := list_sum (map f p).
Definition negations (n : nat) (s : adjoints) : nat :=
  sum n (fun v => match s v with Some false => 1 | _ => 0 end).

Definition L (p : list gate) : nat := length p.
Definition N_minus (n : nat) (p : list gate) : nat := negations n (fst (sweep n p)).
Definition T (n : nat) (p : list gate) : nat := L p + total forming p + snd (sweep n p) + N_minus n p.

(* Circuits: operands before their gates, an active operand for each gate, a reader for each node but the last gate. *)
Fixpoint well_formed (k : nat) (p : list gate) : Prop :=
  match p with
  | [] => True
  | g :: q => slots g <> [] /\ (forall v, In v (map fst (slots g)) -> v < k) /\ well_formed (S k) q
  end.

Definition live (n : nat) (p : list gate) : Prop :=
  forall v, v < n + L p - 1 -> exists g, In g p /\ In v (map fst (slots g)).

(* Adjoints that have received something, among the first m nodes. *)
Definition reached (m : nat) (s : adjoints) : nat := sum m (fun v => match s v with Some _ => 1 | None => 0 end).

Lemma sum_ext m f g : (forall v, v < m -> f v = g v) -> sum m f = sum m g.
Proof. induction m; simpl; intros H; auto. rewrite IHm, (H m); auto. Qed.

Lemma reached_set m s v b :
  v < m -> reached m (set s v b) = reached m s + match s v with Some _ => 0 | None => 1 end.
Proof.
  unfold reached. induction m; intros H; [lia|]. simpl. destruct (Nat.eq_dec v m) as [->|N].
  - rewrite (sum_ext m _ (fun u => match s u with Some _ => 1 | None => 0 end)).
    + unfold set. rewrite Nat.eqb_refl. destruct (s m); lia.
    + intros u U. unfold set. replace (u =? m) with false; auto. symmetry; apply Nat.eqb_neq; lia.
  - rewrite IHm by lia. unfold set at 1. replace (m =? v) with false; [lia|].
    symmetry; apply Nat.eqb_neq; lia.
Qed.

Lemma reached_all m s : (forall v, v < m -> s v <> None) -> reached m s = m.
Proof.
  intros H. unfold reached. rewrite (sum_ext m _ (fun _ => 1)).
  - clear; induction m; simpl; lia.
  - intros v V. specialize (H v V). destruct (s v); congruence.
Qed.

(* Every contribution is either the first of its adjoint or an addition. *)
Lemma receive_counts m state slot : fst slot < m ->
  reached m (fst (receive state slot)) + snd (receive state slot) = S (reached m (fst state) + snd state).
Proof.
  destruct state as [s c]. intros H. simpl. destruct (s (fst slot)) eqn:E; simpl;
    rewrite reached_set by assumption; rewrite E; lia.
Qed.

Lemma receives_count m slots : forall state, (forall v, In v (map fst slots) -> v < m) ->
  let after := fold_left receive slots state in
  reached m (fst after) + snd after = length slots + (reached m (fst state) + snd state).
Proof.
  induction slots as [|slot q IH]; intros state H; simpl; auto.
  rewrite IH by (intros; apply H; simpl; auto). rewrite receive_counts; [lia|]. apply H; simpl; auto.
Qed.

Lemma names_kept k (g : gate) s :
  map fst (map (fun slot => (fst slot, eqb (sign s k) (snd slot))) (slots g)) = map fst (slots g).
Proof. rewrite map_map. apply map_ext. reflexivity. Qed.

Lemma sweep_counts : forall p k m, well_formed k p -> m = k + L p -> 0 < m ->
  reached m (fst (sweep k p)) + snd (sweep k p) = 1 + total (fun g => length (slots g)) p.
Proof.
  induction p as [|g q IH]; intros k m W M P; simpl in *.
  - rewrite reached_set by lia. unfold total; simpl. rewrite Nat.add_0_r in M; subst.
    replace (reached k (fun _ => None)) with 0; [lia|]. unfold reached; clear; induction k; simpl; lia.
  - destruct W as [_ [B W]]. unfold pull, total in *. rewrite receives_count.
    + rewrite (IH (S k) m) by (auto; lia). rewrite map_length. simpl. lia.
    + intros v V. rewrite names_kept in V. specialize (B v V). lia.
Qed.

(* What has arrived stays, and what is read has arrived. *)
Lemma receive_keeps state slot v : fst state v <> None -> fst (receive state slot) v <> None.
Proof.
  destruct state as [s c]; simpl. intros H.
  destruct (s (fst slot)); simpl; unfold set; destruct (v =? fst slot); congruence.
Qed.

Lemma receives_keep slots : forall state v, fst state v <> None -> fst (fold_left receive slots state) v <> None.
Proof. induction slots; simpl; auto using receive_keeps. Qed.

Lemma receives_reach slots : forall state v,
  In v (map fst slots) -> fst (fold_left receive slots state) v <> None.
Proof.
  induction slots as [|slot q IH]; simpl; intros state v V; [tauto|]. destruct V as [<-|V]; auto.
  apply receives_keep. destruct state as [s c]; simpl.
  destruct (s (fst slot)); simpl; unfold set; rewrite Nat.eqb_refl; congruence.
Qed.

Lemma sweep_keeps_seed : forall p k, fst (sweep k p) (k + L p - 1) <> None.
Proof.
  induction p as [|g q IH]; intros k; simpl.
  - unfold set. rewrite Nat.add_0_r, Nat.eqb_refl. congruence.
  - apply receives_keep. replace (k + S (L q) - 1) with (S k + L q - 1) by (unfold L; lia). apply IH.
Qed.

Lemma sweep_reaches : forall p k g v, In g p -> In v (map fst (slots g)) -> fst (sweep k p) v <> None.
Proof.
  induction p as [|h q IH]; simpl; intros k g v G V; [tauto|]. destruct G as [<-|G].
  - apply receives_reach. rewrite names_kept. assumption.
  - apply receives_keep. eauto.
Qed.

Lemma weights_add_up : forall p k, well_formed k p ->
  total w p = total forming p + total (fun g => length (slots g)) p.
Proof.
  unfold total. induction p as [|g q IH]; intros k W; simpl in *; auto.
  destruct W as [E [_ W]]. rewrite (IH _ W). unfold w.
  assert (0 < length (slots g)) by (destruct (slots g); simpl; [congruence|lia]). lia.
Qed.

Theorem price : forall n p, 0 < L p -> well_formed n p -> live n p ->
  T n p + n = total w p + 1 + N_minus n p.
Proof.
  intros n p P W V. unfold T.
  assert (C := sweep_counts p n (n + L p) W eq_refl ltac:(lia)).
  rewrite reached_all in C.
  - rewrite (weights_add_up p n W). lia.
  - intros v Hv. destruct (Nat.eq_dec v (n + L p - 1)) as [->|N].
    + apply sweep_keeps_seed.
    + destruct (V v ltac:(lia)) as [g [G I]]. eapply sweep_reaches; eauto.
Qed.

Lemma total_cons f g q : total f (g :: q) = f g + total f q.
Proof. reflexivity. Qed.

Lemma bounded_total m : forall p, (forall g, In g p -> w g <= m) -> total w p <= m * L p.
Proof.
  induction p as [|g q IH]; intros H; [unfold total; simpl; lia|].
  rewrite total_cons. assert (A := H g (or_introl eq_refl)). assert (B := IH (fun x X => H x (or_intror X))).
  unfold L in *. cbn [length]. nia.
Qed.

Lemma bounded_total_strict m g : forall p,
  (forall x, In x p -> w x <= m) -> In g p -> w g < m -> total w p < m * L p.
Proof.
  induction p as [|h q IH]; intros H G S; [destruct G|].
  rewrite total_cons. assert (A := H h (or_introl eq_refl)).
  assert (B := bounded_total m q (fun x X => H x (or_intror X))).
  unfold L in *. cbn [length]. destruct G as [->|G]; [nia|].
  assert (C := IH (fun x X => H x (or_intror X)) G S). nia.
Qed.

Lemma rational_weight g : rational g -> w g <= 4.
Proof. destruct 1; unfold w; simpl; lia. Qed.

Theorem tight : forall n p, 0 < L p -> well_formed n p -> live n p -> (forall g, In g p -> rational g) ->
  T n p + n <= 4 * L p + 1 + N_minus n p.
Proof.
  intros n p P W V R. rewrite price by assumption.
  assert (total w p <= 4 * L p) by (apply bounded_total; intros; apply rational_weight; auto). lia.
Qed.

(* An input without a minus. If each gate has an operand whose contribution comes with a plus, a walk from the output
   along such operands meets adjoints with a plus only, and ends in an input. *)
Lemma receive_plus state slot v : fst state v = Some true -> fst (receive state slot) v = Some true.
Proof.
  destruct state as [s c]; simpl; intros H. destruct (s (fst slot)) as [b|] eqn:E; simpl; unfold set;
    destruct (Nat.eqb_spec v (fst slot)) as [->|]; auto; rewrite H in E; inversion E; reflexivity.
Qed.

Lemma receives_plus slots : forall state v,
  fst state v = Some true -> fst (fold_left receive slots state) v = Some true.
Proof. induction slots; simpl; auto using receive_plus. Qed.

Lemma receives_plus_reach slots : forall state v,
  In (v, true) slots -> fst (fold_left receive slots state) v = Some true.
Proof.
  induction slots as [|slot q IH]; simpl; intros state v V; [tauto|]. destruct V as [->|V]; auto.
  apply receives_plus. destruct state as [s c]; simpl.
  destruct (s v); simpl; unfold set; rewrite Nat.eqb_refl, ?orb_true_r; reflexivity.
Qed.

Lemma plus_walk : forall p k, 0 < k -> well_formed k p ->
  (forall g, In g p -> exists i, In (i, true) (slots g)) ->
  exists v, v < k /\ fst (sweep k p) v = Some true.
Proof.
  induction p as [|g q IH]; intros k K W H; simpl.
  - exists (k - 1). split; [lia|]. unfold set. rewrite Nat.eqb_refl. reflexivity.
  - destruct W as [_ [B W]].
    destruct (IH (S k) ltac:(lia) W (fun x X => H x (or_intror X))) as [v [V P]].
    destruct (Nat.eq_dec v k) as [->|N].
    + destruct (H g (or_introl eq_refl)) as [i I]. exists i. split.
      * apply B. change i with (fst (i, true)). apply in_map. assumption.
      * apply receives_plus_reach. unfold sign. rewrite P.
        apply (in_map (fun slot => (fst slot, eqb true (snd slot))) _ _ I).
    + exists v. split; [lia|]. apply receives_plus. assumption.
Qed.

Lemma negations_at_most n s : negations n s <= n.
Proof. unfold negations. induction n; simpl; auto. destruct (s n) as [[]|]; lia. Qed.

Lemma negations_but_one n s v : v < n -> s v = Some true -> negations n s < n.
Proof.
  unfold negations. intros V P. induction n; [lia|]. simpl. destruct (Nat.eq_dec v n) as [->|N].
  - rewrite P. assert (A := negations_at_most n s). unfold negations in A. lia.
  - assert (negations n s < n) as A by (apply IHn; lia). unfold negations in A. destruct (s n) as [[]|]; lia.
Qed.

(* No weight above m, and a plus at each gate of weight m: then m gates for each gate are enough, negations counted. *)
Theorem bound : forall m n p, 0 < L p -> well_formed n p -> live n p ->
  (forall g, In g p -> w g <= m /\ (w g = m -> exists i, In (i, true) (slots g))) ->
  T n p <= m * L p.
Proof.
  intros m n p P W V H. assert (E := price n p P W V).
  assert (N := negations_at_most n (fst (sweep n p))). fold (N_minus n p) in N.
  destruct (Exists_dec (fun g => w g < m) p (fun g => lt_dec (w g) m)) as [X|X].
  - apply Exists_exists in X. destruct X as [g [G S]].
    assert (total w p < m * L p) by (apply (bounded_total_strict m g); auto; intros; apply H; auto). lia.
  - assert (Q : forall g, In g p -> exists i, In (i, true) (slots g)).
    { intros g G. destruct (H g G) as [A B]. apply B. destruct (Nat.eq_dec (w g) m); auto.
      exfalso. apply X, Exists_exists. exists g. split; auto. lia. }
    assert (0 < n).
    { destruct p as [|g q]; simpl in *; [lia|]. destruct W as [_ [B _]].
      destruct (Q g (or_introl eq_refl)) as [i I]. specialize (B i (in_map fst _ _ I)). lia. }
    destruct (plus_walk p n) as [v [A B]]; auto.
    assert (C := negations_but_one n _ v A B). fold (N_minus n p) in C.
    assert (total w p <= m * L p) by (apply bounded_total; intros; apply H; auto). lia.
Qed.

Theorem four : forall n p, 0 < L p -> well_formed n p -> live n p -> (forall g, In g p -> rational g) ->
  T n p <= 4 * L p.
Proof.
  intros n p P W V R. apply bound; auto. intros g G. split; [apply rational_weight; auto|].
  destruct (R g G); unfold w; simpl; intros E; try discriminate; eexists; left; reflexivity.
Qed.

(* Transfer functions: d gates form the contributions; a row of weight 5 sends one contribution at least with a plus. *)
Definition unary d plus i := Gate [(i, plus)] d.
Definition binary d plus_i plus_j i j := Gate [(i, plus_i); (j, plus_j)] d.
Definition row (g : gate) : Prop :=
  (exists d plus i, g = unary d plus i /\ (d <= 3 \/ d = 4 /\ plus = true)) \/
  (exists d plus_i plus_j i j, g = binary d plus_i plus_j i j /\ (d <= 2 \/ d = 3 /\ plus_i || plus_j = true)).

Theorem five : forall n p, 0 < L p -> well_formed n p -> live n p -> (forall g, In g p -> rational g \/ row g) ->
  T n p <= 5 * L p.
Proof.
  intros n p P W V R. apply bound; auto. intros g G. destruct (R g G) as [Q|[Q|Q]].
  - assert (A := rational_weight g Q). split; [lia|]. intros; lia.
  - destruct Q as [d [plus [i [-> D]]]]. unfold w; simpl. split; [lia|].
    intros E. destruct D as [D|[_ ->]]; [lia|]. exists i. left; reflexivity.
  - destruct Q as [d [a [b [i [j [-> D]]]]]]. unfold w; simpl. split; [lia|].
    intros E. destruct D as [D|[_ D]]; [lia|]. destruct a; [exists i|exists j]; simpl; auto.
    simpl in D; subst; auto.
Qed.

(* 4L is met, by x/y and by quotients of quotients. *)
Example met : T 2 [div 0 1] = 4 * 1 /\ T 2 [div 1 0; div 2 1; div 3 2; div 4 3] = 4 * 4.
Proof. repeat split. Qed.

Print Assumptions price.
Print Assumptions four.
Print Assumptions five.
